import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { networkOf } from '../address-network.ts';
import { type Problem, problem } from '../operators/problem.ts';
import type { SignInAttempts, Tables } from '../ports.ts';

const secondMs = 1000;
const longestDelayMs = 15 * 60 * secondMs;
/** Failures are forgotten after a day without another one. */
export const attemptsKeptMs = 24 * 60 * 60 * secondMs;
/** Behind one address there may be many people. */
const freeFailures = { account: 5, address: 20 } as const;

/** Where failures are counted: for the name that was given, whether or not somebody has it, and for the address. */
export type AttemptKeys = { readonly account: string; readonly address: string };

export function attemptKeys(name: string, address: string | null): AttemptKeys {
  return keysOf(`account:${name.normalize('NFKC').toLowerCase()}`, address);
}

/** For those who hold something of the account already: strangers who fail by its name do not lock them out. */
export function attemptKeysOf(
  what: `confirm ${number}` | `setup ${number}`,
  address: string | null,
): AttemptKeys {
  return keysOf(what, address);
}

function keysOf(account: string, address: string | null): AttemptKeys {
  return { account: sha256Hex(account), address: sha256Hex(`address:${networkOf(address ?? '')}`) };
}

/**
 * Takes an attempt before its password is looked at, so that many at once do not pass for one; it counts as failed until
 * it is given back. Refuses while there were too many: twice as long with each.
 */
export async function decideAttempt(
  tables: Tables,
  { keys, now }: { keys: AttemptKeys; now: number },
): Promise<Problem | { taken: true }> {
  const attempts = {
    account: await standing(tables, keys.account, now),
    address: await standing(tables, keys.address, now),
  };
  const until = Math.max(
    freeAgainAt(attempts.account, freeFailures.account),
    freeAgainAt(attempts.address, freeFailures.address),
  );
  if (now < until) {
    const retryAfterSeconds = Math.ceil((until - now) / secondMs);
    return {
      ...problem('locked_out', `Too many failed attempts: try again in ${retryAfterSeconds} seconds.`),
      retryAfterSeconds,
    };
  }
  for (const kind of ['account', 'address'] as const) {
    await tables.signInAttempts.put(keys[kind], { failures: attempts[kind].failures + 1, lastAt: now });
  }
  return { taken: true };
}

/** It did not fail. A success makes the account's earlier failures forgotten, and of its address its own count alone. */
export async function giveAttemptBack(tables: Tables, keys: AttemptKeys, isSuccess: boolean): Promise<void> {
  if (isSuccess) await tables.signInAttempts.forget(keys.account);
  else await uncount(tables, keys.account);
  await uncount(tables, keys.address);
}

async function standing(tables: Tables, key: string, now: number): Promise<SignInAttempts> {
  const attempts = await tables.signInAttempts.of(key);
  return attempts && now < attempts.lastAt + attemptsKeptMs ? attempts : { failures: 0, lastAt: 0 };
}

function freeAgainAt({ failures, lastAt }: SignInAttempts, free: number): number {
  return failures < free ? 0 : lastAt + Math.min(longestDelayMs, secondMs * 2 ** (failures - free));
}

async function uncount(tables: Tables, key: string): Promise<void> {
  const attempts = await tables.signInAttempts.of(key);
  if (!attempts) return;
  if (attempts.failures <= 1) await tables.signInAttempts.forget(key);
  else await tables.signInAttempts.put(key, { ...attempts, failures: attempts.failures - 1 });
}
