import { createHash } from 'node:crypto';
import type { Outcome } from '../host/outcome.ts';

/** Which command of which server is run, and as which host. */
export type JournalRun = {
  readonly serverUrl: string;
  /** The host's uuid. */
  readonly host: string;
  readonly commandId: number;
  readonly name?: string | undefined;
};

type Begin = {
  readonly id: string;
  readonly run: JournalRun;
  readonly begunAtMs: number;
  readonly boot: string;
};

/** `finished` says all that `begun` says, so that it means something by itself. */
export type HeldRecord =
  | ({ readonly kind: 'begun' } & Begin)
  | ({ readonly kind: 'finished'; readonly outcome: Outcome } & Begin);

/** The first record of every journal is its version; a client leaves alone what a newer one wrote. */
export type JournalRecord =
  | { readonly kind: 'journal'; readonly version: number }
  | HeldRecord
  | { readonly kind: 'stored'; readonly id: string };

export const newestVersion = 1;

/** One record as a line: a checksum (the first 8 bytes of SHA-256, in hex), a blank, JSON. Outputs are base64. */
export function encodeRecord(record: JournalRecord): string {
  const json = JSON.stringify(
    record.kind === 'finished' ? { ...record, outcome: inText(record.outcome) } : record,
  );
  return `${checksum(json)} ${json}\n`;
}

/** The record of a line (without its end); undefined when it is not what was once written. */
export function decodeRecord(line: string): JournalRecord | undefined {
  const json = line.slice(17);
  if (line[16] !== ' ' || line.slice(0, 16) !== checksum(json)) return undefined;
  const record = JSON.parse(json);
  if (record.kind !== 'finished') return record;
  const { stdout, stderr } = record.outcome;
  const outputs = { stdout: Buffer.from(stdout, 'base64'), stderr: Buffer.from(stderr, 'base64') };
  return { ...record, outcome: { ...record.outcome, ...outputs } };
}

function inText(outcome: Outcome) {
  return { ...outcome, stdout: outcome.stdout.toString('base64'), stderr: outcome.stderr.toString('base64') };
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
