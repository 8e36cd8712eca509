import { type ServerView, serverRoutes } from '@remotes/protocol/operators/server';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { hostsText } from '../run/counts.ts';
import { type Column, showDetails } from '../screen/listing.ts';
import { timeText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { withAgreement } from './agreement.ts';

export const server: CommandShape = {
  name: 'server',
  help: `Usage: remotes server [show]
       remotes server pause
       remotes server resume [--yes N]

  show     the fingerprints by which hosts and people know this server, whether it is paused, how many hosts it has
  pause    from now on nothing is offered to any host; what hosts run goes on
  resume   hosts are offered again what is pending for them

  --yes N          agree that commands will run on N hosts; asked for above the setting confirm_above_hosts
  --json, -o csv   other forms`,
  actions: {
    '': { run: show },
    show: { run: show },
    pause: { run: pause },
    resume: { options: { yes: { type: 'string' } }, run: resume },
  },
};

const details: readonly Column<ServerView>[] = [
  { title: 'Version', of: ({ version }) => version },
  { title: 'Server', of: ({ server_id: id }) => id },
  { title: 'Signing key', of: ({ signing_key: key }) => key },
  { title: 'Recovery key', of: ({ recovery_key: key }) => key },
  {
    title: 'Former keys',
    of: ({ previous_signing_keys: keys }) =>
      keys.map(({ signing_key: key, until }) => `${key} until ${timeText(until)}`).join('\n'),
  },
  { title: 'Paused', of: ({ is_paused: isPaused }) => isPaused },
  {
    title: 'Hosts',
    of: ({ hosts: { verified, away, pending, registered, disabled } }) =>
      `${verified} verified (${away} away), ${pending} pending, ${registered} registered, ${disabled} disabled`,
  },
];

async function show(given: Given): Promise<number> {
  const { answer } = await connect(given).ask(serverRoutes.server_show, {});
  await showDetails(given.format, answer, details);
  return exitStatus.done;
}

async function pause(given: Given): Promise<number> {
  const { answer } = await connect(given).ask(serverRoutes.server_pause, {});
  await write(answer.was_paused ? 'It was paused already.\n' : 'Paused: nothing is offered to any host.\n');
  return exitStatus.done;
}

async function resume(given: Given): Promise<number> {
  const api = connect(given);
  const { answer } = await withAgreement(given, ({ yes }) =>
    api.ask(serverRoutes.server_resume, { body: yes === undefined ? {} : { yes } }),
  );
  const { was_paused: wasPaused, will_run_on_hosts: hosts } = answer;
  const more = hosts === null || hosts === 0 ? '' : ` Commands will run on ${hostsText(hosts)}.`;
  await write(wasPaused ? `Resumed.${more}\n` : 'It was not paused.\n');
  return exitStatus.done;
}
