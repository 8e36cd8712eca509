import { openAead, sealAead } from '@remotes/protocol/crypto/aead';
import { type TicketKeys, ticketKeyIdBytes } from './ticket-keys.ts';

/** What a server needs to know of a session, so that it need not remember it. */
export type SessionTicket = {
  /** 32 bytes, from which the session's keys come. */
  readonly secret: Buffer;
  /** Transcript 2, by which the session is known. 32 bytes. */
  readonly transcript: Buffer;
  /** Of two sessions of a host the one that began later counts. In milliseconds since 1970, as far as clocks agree. */
  readonly begunAt: number;
  readonly expiresAt: number;
  /** Whose session it is, and the key by which the host proved that; undefined until it did. */
  readonly host: { readonly id: number; readonly channelKey: string } | undefined;
};

/**
 * Seals a ticket with the newest key. It is bound to the server's signing key: the host holds the server for the owner
 * of that key, so that a session ends when another key takes its place.
 *
 *     id of the ticket key (8 bytes) · sealed: secret (32) · transcript (32) · begin (8) · expiry (8) · perhaps: host id (8) · channel key (32)
 */
export function sealTicket(keys: TicketKeys, signingKeyText: string, ticket: SessionTicket): Buffer {
  const newest = keys[0];
  if (!newest) throw new Error('There is no ticket key.');
  const id = Buffer.from(newest.id, 'hex');
  const { secret, transcript, begunAt, expiresAt, host } = ticket;
  const plain = Buffer.concat([
    secret,
    transcript,
    eightBytes(begunAt),
    eightBytes(expiresAt),
    ...(host ? [eightBytes(host.id), Buffer.from(host.channelKey, 'base64url')] : []),
  ]);
  return Buffer.concat([id, sealAead(newest.key, plain, boundTo(id, signingKeyText))]);
}

/**
 * Later than a session can have begun, however much the servers' clocks differ: by a clock that was set back since, or by
 * the hand of somebody who stole ticket keys. It counts for nothing, so that nobody shuts a host out for longer.
 */
export function isFarAhead(begunAt: number, now: number): boolean {
  return begunAt > now + 5 * 60 * 1000;
}

export const sessionMs = 24 * 60 * 60 * 1000;

/**
 * Opens what a server of this database sealed. Undefined when it is no ticket, was changed, its key is gone, or it says
 * times that no server says.
 */
export function openTicket(
  keys: TicketKeys,
  signingKeyText: string,
  bytes: Buffer,
  now: number,
): SessionTicket | undefined {
  const id = bytes.subarray(0, ticketKeyIdBytes);
  const key = keys.find((known) => known.id === id.toString('hex'))?.key;
  const plain = key && openAead(key, bytes.subarray(ticketKeyIdBytes), boundTo(id, signingKeyText));
  if (!plain) return undefined;
  const begunAt = Number(plain.readBigUInt64BE(64));
  const expiresAt = Number(plain.readBigUInt64BE(72));
  if (isFarAhead(begunAt, now) || isFarAhead(expiresAt, begunAt + sessionMs)) return undefined;
  return {
    secret: plain.subarray(0, 32),
    transcript: plain.subarray(32, 64),
    begunAt,
    expiresAt,
    host:
      plain.length === strangerBytes
        ? undefined
        : {
            id: Number(plain.readBigUInt64BE(strangerBytes)),
            channelKey: plain.subarray(strangerBytes + 8).toString('base64url'),
          },
  };
}

function boundTo(id: Buffer, signingKeyText: string): Buffer {
  return Buffer.concat([Buffer.from('remotes ticket v1\n'), id, Buffer.from(signingKeyText)]);
}

function eightBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Of a session that is nobody's yet. */
const strangerBytes = 32 + 32 + 8 + 8;
