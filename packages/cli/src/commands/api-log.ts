import { apiLogRoutes } from '@remotes/protocol/operators/api-log';
import type { AnswerOf } from '@remotes/protocol/operators/route';
import { itemsOf } from '../api/pages.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { type Column, showList } from '../screen/listing.ts';
import { momentCell } from '../screen/moment.ts';
import { historyOptions, readLimit } from './history.ts';

export const apiLog: CommandShape = {
  name: 'api-log',
  help: `Usage: remotes api-log [--limit N | --all]

The requests that came in, newest first, while the setting apilog_enable_logging is on.

  --limit N        how many (50); --all for all of them
  --json, -o wide|csv  other forms`,
  actions: { '': { options: historyOptions, run: list } },
};

type LoggedRequest = AnswerOf<typeof apiLogRoutes.api_log_list>['items'][number];

const columns: readonly Column<LoggedRequest>[] = [
  { title: 'Time', isWhole: true, of: ({ at }) => momentCell(at) },
  { title: 'Method', of: ({ method }) => method },
  { title: 'Path', of: ({ path }) => path },
  { title: 'Status', of: ({ status }) => status },
  { title: 'Address', of: ({ address }) => address },
  { title: 'Host', of: ({ host_name: name }) => name },
  { title: 'Took', of: ({ duration_ms: ms }) => `${Math.round(ms)} ms` },
  { title: 'Agent', isWide: true, of: ({ client_agent: agent }) => agent },
  { title: 'Request', isWide: true, of: ({ request_id: id }) => id },
  { title: 'Arguments', isWide: true, of: (request) => request.arguments },
];

async function list(given: Given): Promise<number> {
  await showList(
    given.format,
    columns,
    itemsOf(connect(given), apiLogRoutes.api_log_list, {}, readLimit(given)),
  );
  return exitStatus.done;
}
