import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import { jsonText } from '@remotes/protocol/screen/json-text';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { agreedHosts, agreementOptions } from '../run/agreement.ts';
import { orderOptions, readOrder } from '../run/order.ts';
import { previewJob, requireSome, showPreview, targetsText } from '../run/preview.ts';
import { readRules, ruleOptions } from '../run/rules.ts';
import { requireTargets, targetOptions } from '../run/targets.ts';
import { watchJob } from '../run/watch-job.ts';
import { readWatching, watchOptions } from '../run/watching.ts';
import { write } from '../screen/write.ts';

export const run: CommandShape = {
  name: 'run',
  help: `Usage: remotes run [-g GROUP]… [-H HOST]… [-w FILTER] [options] -- COMMAND…
       remotes run … [options] --file FILE
       remotes run … [options] SAVED-COMMAND

Runs something on hosts now: shows which hosts are meant, hands it out, and shows what comes back: of a few hosts as it
comes, of many when all are done, hosts that answered alike together. COMMAND is run by sh (PowerShell on Windows): one
word is a line of the shell as it is, several arrive as they are typed.

Which hosts (the list is made once, when the job is made):
  -g, --group GROUP    all hosts of a hosts group; may be repeated
  -H, --host HOST      a host by name, id or uuid; may be repeated
  -w, --where FILTER   narrows these, or selects alone: 'os=linux and not name~"test-*"'

What:
  -f, --file FILE      a program from a file ("-": standard input); its interpreter is told by its ending or first line
  --interpreter NAME   python, bash, sh, node, powershell or auto
  --timeout TIME       how long it may take on each host: 90, 90s, 30m, 12h (60s)
  --name NAME          what the job is called
  --setting NAME       hands it a setting; may be repeated
  --variable NAME=TEXT hands it a text as a variable; may be repeated
  --variable VARIABLE  hands it the value that each host has for this variable (category/name); may be repeated
  --output-variable VARIABLE  saves item n of its result to the nth of these, for each host; may be repeated

How:
  --wave N|P%          so many hosts at once, or that share of them
  --stop-after N|P%    hand out nothing more when so many have failed
  --expires TIME       hosts that are away get it until then (1d)
  --skip-unsuitable    leave out hosts that cannot be given it; else they are a refusal
  --dry-run            show the hosts, and what one of them would be given; do nothing
  --yes N              agree that it runs on N hosts; the number must be the very one. Asked for above the setting
                       confirm_above_hosts; on a terminal you are asked

Afterwards:
  --no-wait            print the id of the job and do not wait
  --wait-seconds TIME  wait no longer than this; usually until all are done, for hosts that were away a minute
  --no-follow          do not show what hosts print as it comes. On a terminal that is done for up to 20 hosts, line by
                       line under their names ("web1 ! …" went to stderr); of more you see how far they are
  -F, --follow         do it for any number of hosts, in a file or a pipe too
  --raw                on a terminal, too, show what hosts printed byte for byte
  --json, -o csv|wide  one JSON object, or a line a run

Ctrl-C asks whether to leave the job running or to stop it; a second one leaves.

It ends with 0 when all succeeded, 1 when some failed, timed out or were interrupted, 2 when the command line is wrong,
3 when something was refused, cancelled or halted, 4 when not all were done in time, 5 when the server was not reached,
130 after Ctrl-C.

Examples:
  remotes run -g "All hosts" -- uname -a
  remotes run -g web --wave 10% --stop-after 5 --file update.sh
  remotes run -w 'os=linux' -- 'df -h / | tail -1'`,
  actions: {
    '': {
      takes: ['[COMMAND]'],
      hasProgram: true,
      options: {
        ...targetOptions,
        ...orderOptions,
        ...ruleOptions,
        ...agreementOptions,
        ...watchOptions,
        'dry-run': { type: 'boolean' },
        'no-wait': { type: 'boolean' },
      },
      run: runOnHosts,
    },
  },
};

async function runOnHosts(given: Given): Promise<number> {
  const targets = requireTargets(given);
  const rules = readRules(given);
  const watching = readWatching(given);
  const api = connect(given);
  const ask = { ...(await readOrder(given, api)), targets, ...rules };
  const preview = await previewJob(api, ask);
  requireSome(preview, 'No verified host is meant.');
  const isDry = isGiven(given, 'dry-run');
  if (isDry && given.format === 'json') {
    await write(`${jsonText(preview)}\n`);
    return exitStatus.done;
  }
  console.error(targetsText(preview));
  if (isDry) {
    await showPreview(api, given.format, ask, preview);
    return exitStatus.done;
  }
  const yes = await agreedHosts(given, preview);
  const { answer: job } = await api.ask(jobsRoutes.jobs_create, {
    body: { ...ask, ...(yes !== undefined && { yes }) },
  });
  if (isGiven(given, 'no-wait')) {
    await write(given.format === 'json' ? `${jsonText(job)}\n` : `${job.id}\n`);
    return exitStatus.done;
  }
  return watchJob(given, watching, api, job.id, preview.away + preview.never);
}
