import { createHash } from 'node:crypto';
import type { PastRun } from '@remotes/protocol/messages/ran';
import type { Outcome } from '../host/outcome.ts';

/** Which command of which server is run, and as which host. */
export type JournalRun = {
  readonly serverUrl: string;
  /** The host's uuid. */
  readonly host: string;
  readonly commandId: number;
  readonly name?: string | undefined;
  /** There for what came by the sealed protocol. */
  readonly given?: GivenRun | undefined;
};

/** What a manifest has ordered: this run of this job, in this attempt. */
export type GivenRun = {
  /** The uuid of the server's system. */
  readonly server: string;
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly revision: number;
  readonly manifestExpiresAtMs: number;
  /** Of its canonical form. */
  readonly manifestSha256?: string | undefined;
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
  | JournalHeader
  | HeldRecord
  | { readonly kind: 'stored'; readonly id: string }
  | PastRecord;

/** Without an id where a client wrote it that did not speak the sealed protocol. */
export type JournalHeader = {
  readonly kind: 'journal';
  readonly version: number;
  readonly id?: string;
  /** The id of the file that holds what this host ever ran; absent while there is none. */
  readonly past?: string;
};

/** A run that this host has begun, or refused, and that the server has stored: kept for ever, in a file of its own. */
export type PastRecord = PastRun & {
  readonly kind: 'past';
  readonly server: string;
  /** The host's uuid. */
  readonly host: string;
  readonly manifest_expires_at_ms: number;
};

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
