import { RunState } from '@remotes/protocol/values/run';

/**
 * The table of legal moves of a run (see "A run's states" in ARCHITECTURE.md). What a host reports is checked against
 * it before anything is written; a move that is not here is refused.
 */
const moves: Readonly<Record<RunState, readonly RunState[]>> = {
  // Queued again, the host may have had it all the same: then it ends as the host's own word says.
  queued: [
    'delivered',
    'succeeded',
    'failed',
    'timed_out',
    'stopped',
    'interrupted',
    'cancelled',
    'expired',
    'refused',
  ],
  delivered: [
    'queued',
    'running',
    'succeeded',
    'failed',
    'timed_out',
    'stopped',
    'interrupted',
    'cancelled',
    'expired',
    'refused',
  ],
  running: ['succeeded', 'failed', 'timed_out', 'stopped', 'interrupted'],
  // A late report settles it; another attempt, where the command allows one, delivers it again.
  interrupted: ['delivered', 'succeeded', 'failed', 'timed_out', 'stopped'],
  succeeded: [],
  failed: [],
  timed_out: [],
  stopped: [],
  cancelled: [],
  expired: [],
  refused: [],
};

export function mayMove(from: RunState, to: RunState): boolean {
  return moves[from].includes(to);
}

/** Its host is still to begin it, or is at it: nobody has said how it ended. */
export function isYetToEnd(state: RunState): boolean {
  return state === 'queued' || state === 'delivered' || state === 'running';
}

/** The states of a run about whose end something was said. */
export const endStates: readonly RunState[] = RunState.enum.filter((state) => !isYetToEnd(state));

/** Nothing more will be heard of it, except that an interrupted run may still be settled by a late report. */
export function hasEnded(state: RunState): boolean {
  return moves[state].length === 0;
}
