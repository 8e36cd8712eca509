import type { Outcome } from '../host/outcome.ts';
import { withMembers } from '../json-text.ts';
import type { Delivery } from './outbox.ts';
import type { RunReport } from './run-command.ts';
import { stateOf } from './run-state.ts';
import { textsOf } from './run-texts.ts';

/**
 * The get answer as received, then what v1 adds: `stdout`, `stderr` (with the result list at its end, as v1's programs
 * write it there) and `output`, what the post was answered; then ours.
 */
export function reportJson({
  commandId,
  answer,
  command,
  outcome,
  delivery,
  sentence,
  refusal,
  order,
}: RunReport): string {
  const received = answer?.json ?? JSON.stringify({ id: commandId });
  if (command === undefined || outcome === undefined) {
    if (answer?.json !== undefined && !answer.isOk) return received;
    return withMembers(received, [
      ...members({
        output: { status: 'ERROR', message: refusal?.sentence ?? sentence ?? 'not run' },
        ...(refusal === undefined ? {} : { refused: refusal.code }),
        ...order,
      }),
    ]);
  }
  const { output, result } = textsOf(outcome, true);
  return withMembers(received, [
    ...members({ stdout: output, stderr: result }),
    ['output', outputJson(outcome, delivery)],
    ...members({
      name_decrypted: command.name,
      interpreter: command.interpreter,
      ending: stateOf(outcome),
      exit_code: outcome.exitCode ?? null,
      signal: outcome.signal ?? null,
      message: outcome.sentence ?? null,
      result: outcome.resultText ?? null,
      duration_seconds: outcome.durationMs / 1000,
      is_stored: delivery?.state === 'stored',
      ...order,
    }),
  ]);
}

function outputJson(outcome: Outcome, delivery: Delivery | undefined): string {
  if (outcome.ending === 'timed_out') return JSON.stringify({ status: 'ERROR', message: 'timeout' });
  if (delivery?.answer?.json !== undefined) return delivery.answer.json;
  if (delivery?.state === 'stored') return JSON.stringify({ status: 'OK' });
  return JSON.stringify({ status: 'ERROR', message: delivery?.sentence ?? 'not sent' });
}

function members(values: Record<string, unknown>): [string, string][] {
  return Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]);
}
