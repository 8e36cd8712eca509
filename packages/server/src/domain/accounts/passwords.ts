import { hashPassword, matchesPassword } from './password-hash.ts';
import { createTurns } from './turns.ts';

/** Everything that is done with passwords, away from the event loop. */
export type Passwords = {
  /** In PHC form, for the database. */
  hash(password: string): Promise<string>;
  /** Takes as long for an account without a password, or for no account at all (null). */
  isRight(password: string, stored: string | null): Promise<boolean>;
  /** Guesses that it withstands, from 0 (too few) to 4; `about` are words that an attacker would try first. */
  strength(password: string, about: readonly string[]): Promise<number>;
};

export type PasswordCraft = {
  /** scrypt's N as a power of two. */
  readonly costLog2: number;
  readonly strength: Passwords['strength'];
};

/** What servers use: 128 MiB for each (OWASP's first choice for scrypt). */
export const passwordCostLog2 = 17;

/** Each takes much memory and a processor: whoever comes when there is no more room is told to come again. */
const room = { atOnce: 2, mostWaiting: 40 };

export function createPasswords({ costLog2, strength }: PasswordCraft): Passwords {
  const turns = createTurns(room);
  // Of a password that nobody has.
  let decoy: Promise<string> | undefined;
  return Object.freeze({
    hash: (password: string) => turns.take(() => hashPassword(password, costLog2)),
    async isRight(password: string, stored: string | null) {
      decoy ??= hashPassword('', costLog2);
      const against = stored ?? (await decoy);
      const matches = await turns.take(() => matchesPassword(password, against));
      return matches && stored !== null;
    },
    strength,
  });
}
