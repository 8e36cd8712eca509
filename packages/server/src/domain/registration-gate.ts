import type { Refusal, RefusalCode } from '@remotes/protocol/errors';

/** The limits of registering as they stand for whoever asks; the door keeps count, for v1 and for the sealed way together. */
export type RegistrationGate = {
  /** Asked before anything is looked up: an address that has failed too often is not worth the work. */
  refusalOfAddress(): Refusal | undefined;
  /** Takes a place among the token's successes, before it is known whether this will be one. */
  takePlace(secretHash: string): Refusal | undefined;
  givePlaceBack(secretHash: string): void;
  noteRefusal(code: RefusalCode): void;
};
