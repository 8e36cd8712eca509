import { type FernetKey, openFernet } from '@remotes/protocol/crypto/fernet';
import { type RunEnding, readRunEnding } from '@remotes/protocol/values/run-ending';

/** How a run ended by the word of a client that can say so; v1 has no room for it. */
export type Ending = {
  readonly state: 'succeeded' | 'failed' | 'timed_out' | 'stopped' | 'interrupted';
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It exited with 0 and returned nothing at all, not even an empty list. */
  readonly isWithoutResult: boolean;
};

/** Reads the optional field `ending` of a post; undefined when it is absent or cannot be read. */
export function readEnding(uuidKey: FernetKey, field: unknown): Ending | undefined {
  const text = typeof field === 'string' ? openFernet(uuidKey, field)?.toString('utf8') : undefined;
  const said = text === undefined ? undefined : readRunEnding(text);
  if (!said) return undefined;
  const { ending, exit_code: exitCode, signal, result } = said;
  const state = stateOf(ending, exitCode);
  return { state, exitCode, signal, isWithoutResult: state === 'succeeded' && result === 'none' };
}

/** What becomes of a run that ended so. */
export function stateOf(ending: RunEnding['ending'], exitCode: number | null): Ending['state'] {
  if (ending === 'exited') return exitCode === 0 ? 'succeeded' : 'failed';
  if (ending === 'signalled' || ending === 'not_started') return 'failed';
  return ending;
}
