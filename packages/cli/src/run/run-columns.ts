import type { RunView } from '@remotes/protocol/operators/runs';
import { durationText } from '@remotes/protocol/screen/time-text';
import type { Column } from '../screen/listing.ts';
import { momentCell, sinceText } from '../screen/moment.ts';
import { exitText, stateText } from './run-ending.ts';

/** A run as a line of a list. */
export const runColumns: readonly Column<RunView>[] = [
  { title: 'Run', isWhole: true, of: ({ id }) => id },
  {
    title: 'Time',
    isWhole: true,
    of: ({ delivered_at: at, finished_at: end }) => momentCell(at ?? end),
    brief: ({ delivered_at: at, finished_at: end }) => sinceText(at ?? end),
  },
  { title: 'Host', of: ({ host }) => host.name },
  { title: 'Command', of: ({ command }) => command.name },
  { title: 'State', isWhole: true, of: ({ state }) => stateText(state) },
  { title: 'Exit', of: exitText },
  { title: 'Took', isWide: true, of: tookText },
  { title: 'Reason', isWide: true, of: ({ reason }) => reason },
  { title: 'Bytes', isWide: true, of: ({ output_bytes: bytes }) => bytes },
  { title: 'Attempt', isWide: true, of: ({ attempt }) => attempt },
  { title: 'Job', isWide: true, of: ({ job_id: id }) => id },
];

/** From the hand-over to the end: the server's own clock. */
function tookText({
  delivered_at: from,
  finished_at: to,
}: Pick<RunView, 'delivered_at' | 'finished_at'>): string {
  return from === null || to === null ? '' : durationText(Date.parse(to) - Date.parse(from));
}
