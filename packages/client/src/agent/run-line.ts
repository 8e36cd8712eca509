import type { Outcome } from '../host/outcome.ts';
import { oneLine } from '../network/server-answer.ts';
import type { RunReport } from './run-command.ts';
import { stateOf } from './run-state.ts';
import { happening } from './run-texts.ts';
import type { Settled } from './settle.ts';

/** One line for one run; undefined when nothing was run. */
export function runLine({ commandId, command, outcome, delivery }: RunReport): string | undefined {
  if (command === undefined || outcome === undefined) return undefined;
  const name = oneLine(command.name);
  const seconds = (outcome.durationMs / 1000).toFixed(1);
  const fate = delivery?.state === 'stored' ? 'stored' : `not stored: ${delivery?.sentence}`;
  return `command ${commandId} "${name}": ${endOf(outcome)} after ${seconds} s, ${fate}`;
}

/** One line for an earlier run that the server has stored, or does not want; undefined while it is kept. */
export function settledLine({ run: { run, outcome }, delivery }: Settled): string | undefined {
  if (delivery.state === 'kept') return undefined;
  const what = outcome === undefined ? 'was interrupted' : `was run before, ${endOf(outcome)}`;
  const fate = delivery.state === 'stored' ? 'stored now' : `not wanted by the server: ${delivery.sentence}`;
  return `command ${run.commandId} "${oneLine(run.name ?? '')}" ${what}: ${fate}`;
}

function endOf(outcome: Outcome): string {
  const state = stateOf(outcome);
  return state === 'succeeded' ? state : `${state.replace('_', ' ')} (${oneLine(happening(outcome))})`;
}
