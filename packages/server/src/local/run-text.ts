import type { Row } from '@remotes/protocol/screen/text-table';
import { durationText, localTime } from '@remotes/protocol/screen/time-text';
import { runMembers } from '../domain/jobs/run-view.ts';
import type { RunReading } from '../domain/runs-reading.ts';
import { isExitUnknown } from '../domain/runs-reading.ts';

export const runHeader: Row = ['RUN', 'TIME', 'HOST', 'COMMAND', 'STATE', 'EXIT', 'TOOK'];
/** For tables that begin before their last line is known. */
export const runWidths: readonly number[] = [7, 19, 17, 22, 11, 7, 5];

/** A run as a line of a table. */
export function runRow(run: RunReading): Row {
  return [
    String(run.number),
    timeText(run),
    run.hostName,
    run.commandName,
    run.state.replace('_', ' '),
    exitText(run),
    run.durationMs === null ? '' : durationText(run.durationMs),
  ];
}

/** When it was handed out; of one that was written down after a restore nobody knows more than when it ended. */
function timeText({ deliveredAt, finishedAt }: RunReading): string {
  const at = deliveredAt ?? finishedAt;
  return at === null ? '' : localTime(at);
}

/** How the program ended, as far as it is known. */
export function exitText(run: RunReading): string {
  if (isExitUnknown(run)) return 'unknown';
  return run.signal ?? run.exitCode?.toString() ?? '';
}

/** A run for programs. */
export function runJson(run: RunReading) {
  const { command, ...members } = runMembers(run, run.hostName);
  return {
    ...members,
    command: { number: run.wireNumber, ...command },
    duration_ms: run.durationMs,
    signed: run.signed && {
      statement: run.signed.statement,
      signature: run.signed.signature,
      channel_key: run.signed.channelKey,
    },
  };
}
