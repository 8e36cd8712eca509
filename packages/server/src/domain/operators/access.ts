import type { Access } from '@remotes/protocol/operators/route';
import type { Actor } from './actor.ts';
import { type Problem, problem } from './problem.ts';
import { hasRole } from './rights.ts';

/** Why a route of this access is closed to whoever asks, if it is. What is asked for may be closed besides: see the deeds. */
export function refusalOfAccess(access: Access, actor: Actor | undefined): Problem | undefined {
  if (access === 'anyone') return undefined;
  if (!actor) return problem('not_signed_in', 'Sign in first, or send an API token.');
  // Only what an account does with itself is open to everyone who is known: a second factor can be enrolled there.
  if (access === 'operator_known') return undefined;
  if (actor.lacksSecondFactor) {
    return problem(
      'second_factor_wanted',
      `The role ${actor.role} wants a second factor here: enrol a one-time code or a passkey, then go on.`,
    );
  }
  if (hasRole(actor, access)) return undefined;
  return problem('not_allowed', `This takes the role ${access}; yours is ${actor.role}.`);
}
