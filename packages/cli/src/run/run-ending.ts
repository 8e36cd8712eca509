import type { RunView } from '@remotes/protocol/operators/runs';
import { visibleLine } from '@remotes/protocol/screen/visible-text';

type Ending = Pick<RunView, 'state' | 'reason' | 'exit_code' | 'signal'>;

const reasons: Readonly<Record<string, string>> = {
  no_report: 'nothing came back in time',
  host_says: 'the host says that it was cut off',
  host_rebooted: 'the host was restarted meanwhile',
  client_ended: 'the client on the host was ended meanwhile',
  journal_lost: 'the host lost its journal',
  never_begun: 'it had not begun when it was no longer wanted',
  recalled: 'by the word of the host after a restore',
  interpreter_missing: 'the host does not have its interpreter',
  result_invalid: 'what it returned is no JSON list',
  journal_full: "the host's journal was full",
  halted: 'too many had failed',
};

/** `failed (nothing came back in time), exit status 2`: how a run ended, or where it stands. */
export function endingText(run: Ending): string {
  const why = run.reason === null ? '' : ` (${reasons[run.reason] ?? visibleLine(run.reason)})`;
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
