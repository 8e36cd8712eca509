import { type ApiToken, apiTokensRoutes } from '@remotes/protocol/operators/api-tokens';
import { findHostsGroup } from '../api/find.ts';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readSeconds, readTexts } from '../given.ts';
import { type Column, showDetails, showList } from '../screen/listing.ts';
import { momentCell, sinceText, timeText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { trouble } from '../trouble.ts';
import { readChoice } from './choice.ts';
import { withConfirmation } from './confirmation.ts';
import { roles } from './operators.ts';
import { readId } from './tokens.ts';

export const apiTokens: CommandShape = {
  name: 'api-tokens',
  help: `Usage: remotes api-tokens [list] [--everybody]
       remotes api-tokens create NAME [--role ROLE] [-g GROUP]… [--expires TIME]
       remotes api-tokens revoke ID…

Tokens for programs: they are known by them instead of a name and a password. A new one is printed once, on stdout.

  --everybody          those of all accounts, for admins
  --role ROLE          viewer, operator or admin; not above your own, which is usual
  -g, --group GROUP    narrows it to this hosts group; may be repeated
  --expires TIME       how long it is good: 90m, 12h, 30d (90d; at most 400d)
  --json, -o csv       other forms

Examples:
  remotes api-tokens create nightly-report --role viewer --expires 365d
  REMOTES_SERVER=https://remotes.example.com REMOTES_TOKEN=… remotes hosts --json`,
  actions: {
    list: { options: { everybody: { type: 'boolean' } }, run: list },
    create: {
      takes: ['NAME'],
      options: {
        role: { type: 'string' },
        group: { type: 'string', short: 'g', multiple: true, stands: 'GROUP' },
        expires: { type: 'string' },
      },
      run: create,
    },
    revoke: { takes: ['ID…'], run: revoke },
  },
};

const columns: readonly Column<ApiToken>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'Name', of: ({ name }) => name },
  { title: 'Owner', of: ({ operator_name: name }) => name },
  { title: 'Role', of: ({ role }) => role },
  {
    title: 'Hosts groups',
    of: ({ hosts_groups: groups }) => groups?.map(({ name }) => name).join(', ') ?? 'all',
  },
  { title: 'Expires', isWhole: true, of: ({ expires_at: at }) => momentCell(at) },
  {
    title: 'Used',
    of: ({ last_used_at: at }) => momentCell(at),
    brief: ({ last_used_at: at }) => sinceText(at),
  },
  { title: 'Revoked', isWhole: true, of: ({ revoked_at: at }) => momentCell(at) },
  { title: 'Address', isWide: true, of: ({ last_address: address }) => address },
  { title: 'Made', isWide: true, isWhole: true, of: ({ created_at: at }) => momentCell(at) },
];

async function list(given: Given): Promise<number> {
  const query = isGiven(given, 'everybody') ? { all: true } : {};
  await showList(given.format, columns, itemsOf(connect(given), apiTokensRoutes.api_tokens_list, { query }));
  return exitStatus.done;
}

async function create(given: Given): Promise<number> {
  const [role, expires] = [readChoice(given, 'role', roles), readSeconds(given, 'expires')];
  const api = connect(given);
  const groupIds: number[] = [];
  for (const group of readTexts(given, 'group')) groupIds.push((await findHostsGroup(api, group)).id);
  const body = {
    name: given.words[0] ?? '',
    ...(role && { role }),
    ...(groupIds.length > 0 && { hosts_groups: groupIds }),
    ...(expires !== undefined && { expires_in_seconds: expires }),
  };
  const { answer } = await withConfirmation(api, () => api.ask(apiTokensRoutes.api_tokens_create, { body }));
  if (given.format === 'json') await showDetails(given.format, answer, []);
  else if (answer.token === null)
    throw trouble('refused', `The token got lost on the way: revoke ${answer.id} and make another.`);
  else {
    await write(`${answer.token}\n`);
    console.error(`Good until ${timeText(answer.expires_at)}. It is not shown again.`);
  }
  return exitStatus.done;
}

async function revoke(given: Given): Promise<number> {
  const api = connect(given);
  for (const word of given.words) {
    const params = { id: readId(word) };
    await withConfirmation(api, () => api.ask(apiTokensRoutes.api_tokens_revoke, { params }));
    await write(`Token ${word} is revoked.\n`);
  }
  return exitStatus.done;
}
