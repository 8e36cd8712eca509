import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';

/**
 * How the program ended, where a client can say so. Exit code and signal are null where there was none. `result` is there
 * when the program exited with 0 and returned nothing: then the post's `result` is its standard error alone.
 */
const RunEnding = Type.Object({
  ending: Type.Enum(['exited', 'signalled', 'timed_out', 'stopped', 'not_started', 'interrupted']),
  exit_code: Type.Union([Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 32 - 1 }), Type.Null()]),
  signal: Type.Union([Type.String({ pattern: '^SIG[A-Z0-9+]{1,12}$' }), Type.Null()]),
  result: Type.Optional(Type.Literal('none')),
});
export type RunEnding = Static<typeof RunEnding>;

/** Reads the JSON of a run's ending; undefined when it is anything else. */
export function readRunEnding(text: string): RunEnding | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Check(RunEnding, value) ? value : undefined;
  } catch {
    return undefined;
  }
}
