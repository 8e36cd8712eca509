import { createSecretKey, type KeyObject } from 'node:crypto';
import { openAeadAt, sealAeadAt } from './aead.ts';
import { derive } from './derive.ts';

/** The keys of one connection of the live channel, one for each direction. */
export type ChannelKeys = { readonly toServer: KeyObject; readonly toHost: KeyObject };

/** Derives the keys (HKDF-SHA-256, RFC 5869) from a session's 32 byte secret. A secret serves one connection only. */
export function channelKeys(secret: Uint8Array): ChannelKeys {
  const keyOf = (direction: string) =>
    createSecretKey(derive(secret, noSalt, `remotes channel v1 ${direction}`));
  return { toServer: keyOf('to server'), toHost: keyOf('to host') };
}

/**
 * One direction's sending end. A frame is ciphertext and tag of AES-256-GCM; its nonce is four zero bytes and the number
 * of the frame (8 bytes, big endian), which is not sent: the first is 0. Under one key there must be one sealer only.
 */
export function channelSealer(key: KeyObject): (plain: Uint8Array) => { counter: number; sealed: Buffer } {
  let next = 0;
  return (plain) => {
    const counter = next++;
    return { counter, sealed: sealAeadAt(key, counter, plain) };
  };
}

/**
 * One direction's receiving end. Undefined for a frame that was changed, repeated, left out before or swapped; from then on
 * nothing opens any more.
 */
export function channelOpener(
  key: KeyObject,
): (sealed: Uint8Array) => { counter: number; plain: Buffer } | undefined {
  let next = 0;
  return (sealed) => {
    if (next < 0) return undefined;
    const counter = next++;
    const plain = openAeadAt(key, counter, sealed);
    if (!plain) {
      next = -1;
      return undefined;
    }
    return { counter, plain };
  };
}

const noSalt = Buffer.alloc(0);
