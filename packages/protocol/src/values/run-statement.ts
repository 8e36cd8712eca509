import { type Static, Type } from 'typebox';
import { canonicalJson } from './canonical-json.ts';
import { compiledCheck } from './compiled-check.ts';
import { Sha256, TimeMs, Uuid } from './text-forms.ts';

const StreamStatement = Type.Object({
  /** As they travel with the statement. */
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Sha256,
  /** What the host left out of the middle. */
  cut_bytes: Type.Integer({ minimum: 0 }),
});

/**
 * What a host says of a run that ended. Its canonical JSON (RFC 8785) is what the host's channel key signs, for the
 * purpose `result`, and what the server keeps beside the signature. Times are the host's own.
 */
export const RunStatement = Type.Object({
  version: Type.Literal(1),
  server: Uuid,
  run: Uuid,
  attempt: Type.Integer({ minimum: 1 }),
  /** Fingerprint of the host's RSA key. */
  host: Type.Optional(Sha256),
  /** Of the canonical manifest that was obeyed: it names program, interpreter and time limit. */
  manifest_sha256: Type.Optional(Sha256),
  ending: Type.Enum(['exited', 'signalled', 'timed_out', 'stopped', 'not_started', 'interrupted']),
  exit_code: Type.Union([Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 32 - 1 }), Type.Null()]),
  signal: Type.Union([Type.String({ pattern: '^SIG[A-Z0-9+]{1,12}$' }), Type.Null()]),
  /** Why it failed, where the exit code does not say: `interpreter_missing`, `result_invalid`, `host_rebooted` … */
  reason: Type.Union([Type.String({ pattern: '^[a-z_]{1,40}$' }), Type.Null()]),
  /** The same for people. */
  message: Type.Union([Type.String({ maxLength: 4000 }), Type.Null()]),
  started_at_ms: Type.Union([TimeMs, Type.Null()]),
  duration_ms: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
  /** Of the text of the JSON list that the program returned; null when it returned none. */
  result_sha256: Type.Union([Sha256, Type.Null()]),
  stdout: StreamStatement,
  stderr: StreamStatement,
});
export type RunStatement = Static<typeof RunStatement>;

const isRunStatement = compiledCheck(RunStatement);

/** Reads the text that a host signed; undefined unless it is a statement in its canonical spelling (RFC 8785). */
export function readRunStatement(text: string): RunStatement | undefined {
  try {
    const statement: unknown = JSON.parse(text);
    // Members that are not known here are signed along, and must be spelt canonically too.
    return isRunStatement(statement) && canonicalJson(statement) === text ? statement : undefined;
  } catch {
    return undefined;
  }
}
