import { createSecretKey, type KeyObject } from 'node:crypto';
import { openAead, sealAead } from './aead.ts';
import { derive } from './derive.ts';

/**
 * A request of a session as it travels: everything but `sealed` is in the clear, and bound to the seal.
 *
 *     version (1 byte, 1) · instance (16) · counter (8, big endian) · length of the ticket (2, big endian) · ticket · sealed
 *
 * The answer to it is the sealed bytes alone: bound to the request's head, it can answer no other.
 */
export type Frame = {
  /** What a server sealed for itself when the session began: with it any server of the same database goes on. */
  readonly ticket: Buffer;
  /** Which memory of which server the counter counts for. 16 bytes. */
  readonly instance: Buffer;
  /** Rises with each request of a session in one instance. */
  readonly counter: number;
  readonly sealed: Buffer;
};

/** The keys of one session in one instance, one for each direction. */
export type SessionKeys = { readonly toServer: KeyObject; readonly toHost: KeyObject };

/** Derives the keys (HKDF-SHA-256, RFC 5869) from a session's 32 byte secret; another instance has others. */
export function sessionKeys(secret: Uint8Array, instance: Uint8Array): SessionKeys {
  const keyOf = (direction: string) =>
    createSecretKey(derive(secret, instance, `remotes session v1 ${direction}`));
  return { toServer: keyOf('to server'), toHost: keyOf('to host') };
}

/** Seals what a client says into a whole frame. */
export function sealRequest(keys: SessionKeys, head: Omit<Frame, 'sealed'>, plain: Uint8Array): Buffer {
  const bytes = headBytes(head);
  return Buffer.concat([bytes, sealAead(keys.toServer, plain, bytes)]);
}

/** Takes a frame apart; undefined when it is none. Nothing in it is proved yet. */
export function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < fixedBytes || bytes[0] !== frameVersion) return undefined;
  const ticketEnd = fixedBytes + bytes.readUInt16BE(fixedBytes - 2);
  const counter = Number(bytes.readBigUInt64BE(17));
  if (bytes.length <= ticketEnd || !Number.isSafeInteger(counter)) return undefined;
  return {
    instance: bytes.subarray(1, 17),
    counter,
    ticket: bytes.subarray(fixedBytes, ticketEnd),
    sealed: bytes.subarray(ticketEnd),
  };
}

/** What the client said; undefined when the frame was not sealed with these keys, or changed on the way. */
export function openRequest(keys: SessionKeys, frame: Frame): Buffer | undefined {
  return openAead(keys.toServer, frame.sealed, headBytes(frame));
}

/** Seals what a server answers to the request with this head. */
export function sealAnswer(keys: SessionKeys, head: Omit<Frame, 'sealed'>, plain: Uint8Array): Buffer {
  return sealAead(keys.toHost, plain, headBytes(head));
}

/** What the server answered to the request with this head; undefined when it was not that. */
export function openAnswer(
  keys: SessionKeys,
  head: Omit<Frame, 'sealed'>,
  sealed: Uint8Array,
): Buffer | undefined {
  return openAead(keys.toHost, sealed, headBytes(head));
}

function headBytes({ instance, counter, ticket }: Omit<Frame, 'sealed'>): Buffer {
  const head = Buffer.alloc(fixedBytes);
  head[0] = frameVersion;
  instance.copy(head, 1);
  head.writeBigUInt64BE(BigInt(counter), 17);
  head.writeUInt16BE(ticket.length, fixedBytes - 2);
  return Buffer.concat([head, ticket]);
}

const frameVersion = 1;
/** Version, instance, counter, length of the ticket. */
const fixedBytes = 1 + 16 + 8 + 2;
