import type { RunView } from '@remotes/protocol/operators/runs';
import { runReasons } from '@remotes/protocol/screen/run-reasons';
import { visibleLine } from '@remotes/protocol/screen/visible-text';

type Ending = Pick<RunView, 'state' | 'reason' | 'exit_code' | 'signal'>;

/** `failed (nothing came back in time), exit status 2`: how a run ended, or where it stands. */
export function endingText(run: Ending): string {
  const why = run.reason === null ? '' : ` (${runReasons[run.reason] ?? visibleLine(run.reason)})`;
  const exit = exitText(run);
  return `${stateText(run.state)}${why}${exit === '' || exit === '0' ? '' : `, exit status ${exit}`}`;
}

export function stateText(state: string): string {
  return state === 'queued' ? 'waiting' : state.replace('_', ' ');
}

/** v1 hosts do not tell how a program exited: nobody knows more than that it succeeded or failed. */
export function exitText({ state, reason, exit_code: exitCode, signal }: Ending): string {
  const isUnknown = (state === 'succeeded' || state === 'failed') && reason === null;
  return signal ?? exitCode?.toString() ?? (isUnknown ? 'unknown' : '');
}
