import { constants } from 'node:os';
import { runByProtocol } from '../agent/protocols.ts';
import { reportJson } from '../agent/report-json.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import { openWorker } from '../agent/worker.ts';
import type { Context } from '../context.ts';
import type { Outcome } from '../host/outcome.ts';

/** Fetches one command, runs it and reports it. Exits as the program did. */
export async function getCommand(context: Context): Promise<number> {
  const { flags, print, say } = context;
  const signals = listenForStop(['SIGINT', 'SIGTERM', 'SIGHUP'], say);
  const worker = await openWorker(context, signals);
  try {
    const report = await runByProtocol(worker, flags.commandId ?? 0);
    if (report.answer?.json !== undefined || report.outcome !== undefined) print(reportJson(report));
    if (report.sentence !== undefined) say(`command ${report.commandId}: ${report.sentence}`);
    const { outcome, delivery } = report;
    if (outcome === undefined) return 1;
    const code = exitCodeOf(outcome);
    if (delivery?.state === 'stored') return code;
    say(`the result is not stored: ${delivery?.sentence}`);
    return code || 1;
  } finally {
    await worker.journal.close();
    signals.close();
  }
}

function exitCodeOf({ ending, exitCode, signal, reason }: Outcome): number {
  if (ending === 'timed_out') return 255;
  if (ending === 'not_started') return reason === 'interpreter_missing' ? 127 : 126;
  if (ending === 'exited') return exitCode || (reason === undefined ? 0 : 1);
  return 128 + (constants.signals[(signal ?? 'SIGTERM') as NodeJS.Signals] ?? constants.signals.SIGTERM);
}
