export type TroubleCode =
  | 'usage' // the command line or the environment
  | 'settings' // a file of this host: settings, keys, journal
  | 'order' // a step that comes before this one has not been done
  | 'network' // no answer
  | 'answer' // an answer that is none of a Remotes server
  | 'untrusted' // whoever answers has not proved to be the server that this host trusts
  | 'unrepeated'; // its answer may be lost, and it must not be said again as it stands

/**
 * Something that keeps an action from being done and is nobody's bug. `message` is one sentence for the screen: what is
 * wrong and what to do. It never holds a secret.
 */
export type Trouble = Error & {
  readonly code: TroubleCode;
  /** The request can't have reached the server. */
  readonly isUnsent?: boolean;
  /** The server has asked for so much patience. */
  readonly retryAfterSeconds?: number | undefined;
  /** The server takes no request of this length. */
  readonly isTooLarge?: boolean;
  /** The server does not know this host by the key that it named. */
  readonly isProofInvalid?: boolean;
};

export function trouble(
  code: TroubleCode,
  sentence: string,
  more: Pick<Trouble, 'isUnsent' | 'retryAfterSeconds' | 'isTooLarge' | 'isProofInvalid'> = {},
): Trouble {
  return Object.assign(new Error(sentence), { ...more, code, isTrouble: true });
}

export function isTrouble(error: unknown): error is Trouble {
  return error instanceof Error && 'isTrouble' in error;
}
