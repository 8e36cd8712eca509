import type { Author } from './actor.ts';

/** Who wants something changed, as a decision is told: for the audit, and how far his rights reach. */
export type Asker = {
  by: Author;
  /** Hosts and what is meant for them exist for him only within these hosts groups; null: everywhere. */
  within: readonly number[] | null;
};
