import { passByProtocol } from '../agent/protocols.ts';
import { reportJson } from '../agent/report-json.ts';
import { settledLine } from '../agent/run-line.ts';
import { stateOf } from '../agent/run-state.ts';
import { listenForStop } from '../agent/stop-signals.ts';
import { openWorker } from '../agent/worker.ts';
import type { Context } from '../context.ts';
import { withMembers } from '../json-text.ts';
import { showAnswer, tokenHint } from './show-answer.ts';

/** Runs all commands that are due, and prints what became of each. */
export async function processCommands(context: Context): Promise<number> {
  const { flags, print, say } = context;
  const signals = listenForStop(['SIGINT', 'SIGTERM', 'SIGHUP'], say);
  const worker = await openWorker(context, signals);
  try {
    const { list, settled, reports, sentence, trouble } = await passByProtocol(worker);
    for (const line of settled.map(settledLine)) if (line !== undefined) say(line);
    if (!list.isOk) return showAnswer(context, list, tokenHint(list, 'host'));
    const results = reports.map((report) => [String(report.commandId), reportJson(report)] as const);
    print(withMembers(list.json ?? '{}', [['commands_results', withMembers('{}', results)]]));
    if (sentence !== undefined) say(sentence);
    if (signals.finish.aborted || trouble !== undefined) return 1;
    if (settled.some(isKept) || reports.some((report) => isUnstored(report))) return 1;
    const hasFailed = reports.some(
      ({ outcome }) => outcome === undefined || stateOf(outcome) !== 'succeeded',
    );
    return flags.failsOnError && hasFailed ? 3 : 0;
  } finally {
    await worker.journal.close();
    signals.close();
  }
}

function isKept({ delivery }: { delivery: { state: string } }): boolean {
  return delivery.state === 'kept';
}

function isUnstored({
  trouble,
  refusal,
  outcome,
  delivery,
}: {
  trouble?: unknown;
  refusal?: unknown;
  outcome?: unknown;
  delivery?: { state: string };
}) {
  if (trouble !== undefined || refusal !== undefined) return true;
  return outcome !== undefined && delivery?.state !== 'stored';
}
