import type { Decisions } from './decisions.ts';
import type { Tables } from './ports.ts';

type DecisionName = keyof Decisions;
type DecisionInput<Name extends DecisionName> = Parameters<Decisions[Name]>[1];
type DecisionAnswer<Name extends DecisionName> = Awaited<ReturnType<Decisions[Name]>>;

/**
 * The memory, as the doors and the mind reach it. A decision travels by name, because on SQLite it is taken in a
 * thread of its own where decisions of many requests share one commit; so inputs and answers are plain data.
 */
export interface Storage {
  readonly kind: 'sqlite' | 'postgres';
  /** Looks without deciding. Reads may be a moment behind decisions of other processes, never behind one that was answered. */
  readonly tables: Tables;
  /** Takes one decision in one durable transaction: answered only after the commit. */
  decide<Name extends DecisionName>(name: Name, input: DecisionInput<Name>): Promise<DecisionAnswer<Name>>;
  readonly neighbours: Neighbours;
  close(): Promise<void>;
}

/** Other servers of the same database. On SQLite there are none: nobody is told, and nothing is heard. */
export type Neighbours = {
  /** Something may be due for hosts of theirs. What is told within a moment is told together. */
  tell(): void;
  /** Calls when one of them has told it, or may have while this server could not hear. */
  hear(heard: () => void): void;
};
