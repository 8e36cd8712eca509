import { sessionsRoutes, type WhoAmI } from '@remotes/protocol/operators/sessions';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { showDetails } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';

export const whoami: CommandShape = {
  name: 'whoami',
  help: `Usage: remotes whoami [--json]

Shows as whom you are signed in, with which rights, and until when.`,
  actions: { '': { run: show } },
};

async function show(given: Given): Promise<number> {
  const api = connect(given);
  const { answer } = await api.ask(sessionsRoutes.session_show, {});
  await showDetails(given.format, answer, [
    { title: 'Server', of: () => api.origin },
    { title: 'Name', of: ({ name }) => name },
    { title: 'Role', of: ({ role }) => role },
    {
      title: 'Hosts groups',
      of: ({ hosts_groups: groups }) => groups?.map(({ name }) => name).join(', ') ?? 'all',
    },
    { title: 'Signed in by', of: waysText },
    {
      title: 'Until',
      isWhole: true,
      of: ({ session, api_token: token }) => momentCell((session ?? token)?.expires_at),
    },
    { title: 'Second factor', of: factorsText },
  ]);
  return exitStatus.done;
}

function waysText({ session, api_token: token }: WhoAmI): string {
  return token === null ? `session ${session?.id ?? ''}`.trim() : `API token "${token.name}"`;
}

function factorsText(who: WhoAmI): string {
  const factors = [
    ...(who.has_totp ? ['one-time codes'] : []),
    ...(who.passkeys > 0 ? [`${who.passkeys} passkeys`] : []),
  ];
  if (who.lacks_second_factor) return 'wanted: remotes account totp';
  return factors.length === 0 ? 'none' : factors.join(', ');
}
