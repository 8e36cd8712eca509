import {
  type RegistrationTokenView,
  registrationTokensRoutes,
} from '@remotes/protocol/operators/registration-tokens';
import { findHostsGroup } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readCount, readSeconds, readTexts } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { trouble, usageTrouble } from '../trouble.ts';

export const tokens: CommandShape = {
  name: 'tokens',
  help: `Usage: remotes tokens [list] [--usable]
       remotes tokens create [--uses N] [--expires TIME | --no-expiry] [-g GROUP]… [--must-approve]
       remotes tokens show ID
       remotes tokens revoke ID…

Registration tokens let hosts in. A new one is printed once, on stdout; "show" prints it again, and the audit remembers it.

  --usable             only those that hosts may still register with
  --uses N             how many hosts it lets in; usually any number
  --expires TIME       how long it is good: 90m, 12h, 30d (7d)
  --no-expiry          for ever
  -g, --group GROUP    its hosts join this hosts group; may be repeated
  --must-approve       each of its hosts waits for "remotes hosts approve"
  --json, -o csv       other forms

Example:
  remotes tokens create --uses 1 -g web`,
  actions: {
    list: { options: { usable: { type: 'boolean' } }, run: list },
    create: {
      options: {
        uses: { type: 'string' },
        expires: { type: 'string' },
        'no-expiry': { type: 'boolean' },
        group: { type: 'string', short: 'g', multiple: true, stands: 'GROUP' },
        'must-approve': { type: 'boolean' },
      },
      run: create,
    },
    show: { takes: ['ID'], run: reveal },
    revoke: { takes: ['ID…'], run: revoke },
  },
};

const columns: readonly Column<RegistrationTokenView>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'State', of: ({ state }) => state.replace('_', ' ') },
  { title: 'Made', isWhole: true, of: ({ created_at: at }) => momentCell(at) },
  { title: 'Expires', isWhole: true, of: ({ expires_at: at }) => (at === null ? 'never' : momentCell(at)) },
  {
    title: 'Hosts',
    of: ({ hosts_verified: hosts, uses }) => (uses === null ? hosts : `${hosts} of ${uses}`),
  },
  { title: 'Groups', of: ({ hosts_groups: groups }) => groups.map(({ name }) => name).join(', ') },
  { title: 'Approval', of: ({ must_approve: mustApprove }) => (mustApprove ? 'wanted' : '') },
];

async function list(given: Given): Promise<number> {
  const query = isGiven(given, 'usable') ? { usable: true } : {};
  const items = itemsOf(connect(given), registrationTokensRoutes.registration_tokens_list, { query });
  await showList(given.format, columns, items);
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const [uses, expires] = [readCount(given, 'uses'), readSeconds(given, 'expires')];
  const isEndless = isGiven(given, 'no-expiry');
  if (isEndless && expires !== undefined) throw usageTrouble('--expires and --no-expiry exclude each other.');
  const api = connect(given);
  const groupIds: number[] = [];
  for (const group of readTexts(given, 'group')) groupIds.push((await findHostsGroup(api, group)).id);
  const body = {
    ...(uses !== undefined && { uses }),
    ...(isEndless && { expires_in_seconds: null }),
    ...(expires !== undefined && { expires_in_seconds: expires }),
    ...(groupIds.length > 0 && { hosts_groups: groupIds }),
    ...(isGiven(given, 'must-approve') && { must_approve: true }),
  };
  const { answer } = await api.ask(registrationTokensRoutes.registration_tokens_create, { body });
  return showSecret(given, answer);
}

async function reveal(given: Given): Promise<number> {
  const params = { id: readId(given.words[0] ?? '') };
  const { answer } = await connect(given).ask(registrationTokensRoutes.registration_tokens_reveal, {
    params,
  });
  return showSecret(given, answer);
}

/** The token alone goes to stdout, so that it can be piped to where it is wanted. */
async function showSecret(
  given: Given,
  answer: RegistrationTokenView & { token: string | null },
): Promise<number> {
  if (given.format === 'json') await showDetails(given.format, answer, columns);
  else if (answer.token === null)
    throw trouble('refused', `Token ${answer.id} cannot be shown: revoke it and make another.`);
  else await write(`${answer.token}\n`);
  return exitStatus.done;
}

async function revoke(given: Given): Promise<number> {
  const api = connect(given);
  for (const word of given.words) {
    await api.ask(registrationTokensRoutes.registration_tokens_revoke, { params: { id: readId(word) } });
    await write(`Token ${word} is revoked.\n`);
  }
  return exitStatus.done;
}

/** Of things that have no name. */
export function readId(word: string): number {
  if (/^[1-9]\d{0,14}$/.test(word)) return Number(word);
  throw usageTrouble(`"${word}" is no id: that is a number.`);
}
