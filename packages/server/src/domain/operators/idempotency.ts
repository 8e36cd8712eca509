import type { AdministrationRefusal } from '../administration-refusal.ts';
import { isDeclined } from '../administration-refusal.ts';
import { secretDigest } from '../audit/secret-digest.ts';
import type { Mind } from '../mind.ts';
import type { Actor } from './actor.ts';
import type { ApiReply } from './api-ask.ts';
import { isProblem, type Problem, problem } from './problem.ts';

type Replied = ApiReply<unknown> | Problem | AdministrationRefusal;

/** A request that is to happen once, however often it arrives. */
export type OnceAsked = {
  readonly actor: Actor;
  /** Chosen by the caller. */
  readonly key: string;
  /** The whole request. What is kept of it is a keyed hash, as there may be a password in it. */
  readonly asked: string;
  readonly shownOnce: readonly string[] | undefined;
};

/** How long a request may be under way; whatever takes longer has ended in a way that nobody saw. */
const underWayMs = 60_000;

/** Does it, or answers what it was answered when it was done. */
export async function doOnce(
  mind: Mind,
  { actor, key, asked, shownOnce = [] }: OnceAsked,
  deed: () => Promise<Replied>,
): Promise<Replied> {
  const taken = { actor: holderOf(actor), key };
  // With other rights it is another request: what was answered may lie outside of them by now.
  const requestHash = secretDigest(mind.masterKey, `${JSON.stringify(actor.hostsGroupIds)}\n${asked}`);
  const now = mind.clock();
  const reserved = await mind.storage.decide('reserveIdempotencyKey', { ...taken, requestHash, now });
  if (reserved.state === 'answered') return JSON.parse(reserved.answer);
  if (reserved.state === 'another') {
    return problem(
      'key_reused',
      'This Idempotency-Key stood on another request, or on this one when your rights were others: look what was done, and choose a new key for what is still to do.',
    );
  }
  if (reserved.state === 'unanswered') return refusalOfRepetition(now - reserved.since);
  // What is thrown may have happened before or after a commit: the key stays taken, and says that nobody knows.
  const replied = await deed();
  const answer = isProblem(replied) || isDeclined(replied) ? null : rememberable(replied, shownOnce);
  // What was done is done and answered, even where that can't be kept.
  await mind.storage.decide('settleIdempotencyKey', { ...taken, answer }).catch(() => {});
  return replied;
}

/** A token has keys of its own: what one program was answered is no business of another. */
function holderOf({ operatorId, by }: Actor): string {
  return 'token' in by ? `token ${by.token}` : `operator ${operatorId}`;
}

function refusalOfRepetition(sinceMs: number): Problem {
  if (sinceMs < underWayMs) {
    const sentence = 'The first request with this Idempotency-Key is still under way: try again.';
    return { ...problem('key_in_use', sentence), retryAfterSeconds: 1 };
  }
  return problem(
    'outcome_unknown',
    'The server broke off while it carried out the first request with this Idempotency-Key: look whether it was done, and if not, ask again with a new key.',
  );
}

function rememberable(
  { answer, version, location }: ApiReply<unknown>,
  shownOnce: readonly string[],
): string {
  const hidden = Object.fromEntries(shownOnce.map((member) => [member, null]));
  const isObject = typeof answer === 'object' && answer !== null;
  return JSON.stringify({ answer: isObject ? { ...answer, ...hidden } : answer, version, location });
}
