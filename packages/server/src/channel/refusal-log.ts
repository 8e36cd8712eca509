import type { ServerMessage } from '@remotes/protocol/messages';
import type { Logger } from 'pino';
import { everydayRefusals } from '../domain/everyday-refusals.ts';
import type { Visitor } from '../domain/presence.ts';
import type { ProvedHost } from '../domain/prove.ts';

/** Puts on record what a host was refused, never what it said. */
export function logRefusals(
  log: Logger,
  said: readonly ServerMessage[],
  host: ProvedHost | undefined,
  { address }: Visitor,
): void {
  for (const answer of said) {
    if (answer.type !== 'refusal') continue;
    const { code, of, run } = answer;
    const record = { code, of, run, host: host?.name, address };
    if (everydayRefusals.has(code)) log.info(record, 'A host was refused, as happens on an ordinary day');
    else log.warn(record, 'The live channel refused something');
  }
}
