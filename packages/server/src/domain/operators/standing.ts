import { refuse } from '@remotes/protocol/errors';
import { currentDefinitions } from '../definitions.ts';
import type { Mind } from '../mind.ts';
import type { Tables } from '../ports.ts';
import type { Storage } from '../storage.ts';
import type { Actor } from './actor.ts';
import { actorNow } from './actor-now.ts';
import { hasRole, reachesAll } from './rights.ts';

/** The rights that somebody was let in with, and when: a decision that is asked for by them makes sure that he has them still. */
type Standing = Pick<Actor, 'by' | 'role' | 'hostsGroupIds' | 'lacksSecondFactor'> & { readonly at: number };

/**
 * The same mind for what this actor asks. Between the door and a decision there is the reading of the body, which the
 * caller can draw out, and the hashing of passwords: so each decision looks at his rights again, in its own transaction.
 */
export function mindFor(mind: Mind, { by, role, hostsGroupIds, lacksSecondFactor }: Actor): Mind {
  const standing: Standing = { by, role, hostsGroupIds, lacksSecondFactor, at: mind.clock() };
  const decide = ((name, input) =>
    mind.storage.decide(name, { ...input, [key]: standing } as typeof input)) as Storage['decide'];
  return { ...mind, storage: { ...mind.storage, decide } };
}

const key = 'askedWith';

type Decide<Input, Answer> = (tables: Tables, input: Input) => Promise<Answer>;

/** A decision that is not taken for somebody whose rights are fewer by now than those that he was let in with. */
export function whileStanding<Input, Answer>(decide: Decide<Input, Answer>): Decide<Input, Answer> {
  return async (tables, input) => {
    if (typeof input !== 'object' || input === null || !(key in input)) return decide(tables, input);
    const { [key]: standing, ...rest } = input as { [key]: Standing };
    if (!(await isStanding(tables, standing))) throw changedMeanwhile();
    return decide(tables, rest as Input);
  };
}

async function isStanding(tables: Tables, { by, at, ...former }: Standing): Promise<boolean> {
  const now = await actorNow(
    { tables, now: at, definitions: () => currentDefinitions(tables), lastUsed: () => at },
    by,
  );
  if (!now || !hasRole(now, former.role)) return false;
  if (now.lacksSecondFactor && !former.lacksSecondFactor) return false;
  return now.hostsGroupIds === null || reachesAll(now, former.hostsGroupIds ?? everywhere);
}

/** In nobody's narrowed rights. */
const everywhere = [Number.NaN];

/** Whoever asks once more is told at the door what he may not do any more. */
function changedMeanwhile(): Error {
  const sentence = 'The rights of this account changed while this was asked: ask again.';
  return Object.assign(new Error(sentence), refuse('unavailable', sentence));
}
