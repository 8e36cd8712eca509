import { deviceLoginsRoutes } from '@remotes/protocol/operators/device-logins';
import type { AnswerOf } from '@remotes/protocol/operators/route';
import { sessionsRoutes } from '@remotes/protocol/operators/sessions';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { askYesOrNo } from '../screen/answers.ts';
import { type Column, showList } from '../screen/listing.ts';
import { momentCell, sinceText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { trouble } from '../trouble.ts';
import { withConfirmation } from './confirmation.ts';
import { readId } from './tokens.ts';

export const sessions: CommandShape = {
  name: 'sessions',
  help: `Usage: remotes sessions [list]
       remotes sessions end ID…
       remotes sessions end-others
       remotes sessions approve CODE [--yes]
       remotes sessions deny CODE

Where you are signed in.

  end         ends a session
  end-others  ends all but this one
  approve     lets in a program that shows this code ("remotes login URL" on another machine); it gets all your rights
  deny        keeps it out

  --yes           do not ask
  --json, -o csv  other forms`,
  actions: {
    list: { run: list },
    end: { takes: ['ID…'], run: end },
    'end-others': { run: endOthers },
    approve: { takes: ['CODE'], options: { yes: { type: 'boolean' } }, run: approve },
    deny: { takes: ['CODE'], run: deny },
  },
};

type Session = AnswerOf<typeof sessionsRoutes.sessions_list>['items'][number];

const columns: readonly Column<Session>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'This one', of: ({ is_this: isThis }) => (isThis ? 'yes' : '') },
  { title: 'Kind', of: ({ kind }) => (kind === 'cookie' ? 'browser' : 'program') },
  { title: 'Made', isWhole: true, of: ({ created_at: at }) => momentCell(at) },
  {
    title: 'Used',
    of: ({ last_used_at: at }) => momentCell(at),
    brief: ({ last_used_at: at }) => sinceText(at),
  },
  { title: 'Ends', isWhole: true, of: ({ expires_at: at }) => momentCell(at) },
  { title: 'Address', of: ({ address }) => address },
  { title: 'Agent', of: ({ agent }) => agent },
  { title: 'Second factor', of: ({ has_second_factor: hasFactor }) => hasFactor },
];

async function list(given: Given): Promise<number> {
  const { answer } = await connect(given).ask(sessionsRoutes.sessions_list, {});
  await showList(given.format, columns, answer.items);
  return exitStatus.done;
}

async function end(given: Given): Promise<number> {
  const api = connect(given);
  for (const word of given.words) {
    await api.ask(sessionsRoutes.sessions_end, { params: { id: readId(word) } });
    await write(`Session ${word} was ended.\n`);
  }
  return exitStatus.done;
}

async function endOthers(given: Given): Promise<number> {
  const { answer } = await connect(given).ask(sessionsRoutes.sessions_end_others, {});
  await write(`${answer.ended} sessions were ended.\n`);
  return exitStatus.done;
}

async function approve(given: Given): Promise<number> {
  const api = connect(given);
  const params = { user_code: (given.words[0] ?? '').toUpperCase() };
  const { answer: login } = await api.ask(deviceLoginsRoutes.device_logins_show, { params });
  const who = `${visibleLine(login.agent ?? 'a program that does not say what it is')} at ${visibleLine(login.address)}`;
  console.error(`${params.user_code} was asked for by ${who}, ${sinceText(login.created_at)}.`);
  const isAgreed = isGiven(given, 'yes') || (await askYesOrNo('Did you start it yourself, and let it in?'));
  if (!isAgreed)
    throw trouble('refused', 'Nothing was done. Repeat it with --yes where nobody can be asked.');
  await withConfirmation(api, () => api.ask(deviceLoginsRoutes.device_logins_approve, { params }));
  await write('It is let in.\n');
  return exitStatus.done;
}

async function deny(given: Given): Promise<number> {
  const params = { user_code: (given.words[0] ?? '').toUpperCase() };
  await connect(given).ask(deviceLoginsRoutes.device_logins_deny, { params });
  await write('It is kept out.\n');
  return exitStatus.done;
}
