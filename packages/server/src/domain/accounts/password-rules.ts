import { type Problem, problem } from '../operators/problem.ts';
import type { Passwords } from './passwords.ts';

const leastCharacters = 12;
/** "Safely unguessable": withstands 10⁸ guesses and more. */
const leastStrength = 3;

/** Why this cannot be the password of this account, if so. */
export async function refusalOfPassword(
  passwords: Passwords,
  password: string,
  name: string,
): Promise<Problem | undefined> {
  if ([...password].length < leastCharacters) {
    return problem('weak_password', `A password has at least ${leastCharacters} characters.`);
  }
  if (
    password.toLowerCase().includes(name.toLowerCase()) &&
    password.length < name.length + leastCharacters
  ) {
    return problem('weak_password', 'The password is hardly more than the name of the account.');
  }
  // What comes after so many characters makes it no weaker, and the search takes longer with each.
  const tried = password.slice(0, 100);
  if ((await passwords.strength(tried, [name, 'remotes'])) >= leastStrength) return undefined;
  return problem(
    'weak_password',
    'This password would be guessed soon: take several words that have nothing to do with each other.',
  );
}
