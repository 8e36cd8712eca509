import type { Interpreter } from '@remotes/protocol/values/interpreter';

export type CommandsGroup = {
  id: number;
  name: string;
  hostsGroupId: number;
  position: number;
  afterAt: number | null;
  beforeAt: number | null;
  isActive: boolean;
  stopOnFailure: boolean;
};

export interface CommandsGroupsTable {
  list(): Promise<CommandsGroup[]>;
  add(group: Omit<CommandsGroup, 'id'>): Promise<CommandsGroup>;
  change(id: number, change: Partial<Omit<CommandsGroup, 'id'>>): Promise<void>;
  remove(id: number): Promise<void>;
}

/** What one revision of a command says. A variable is handed over, or saved to, under the variable's id. */
export type CommandRevision = {
  interpreter: Interpreter;
  timeoutSeconds: number;
  attempts: number;
  program: string;
  settings: readonly string[];
  variables: readonly { name: string; variableId: number }[];
  /** Item *n* of the result is saved to the variable at *n*. */
  outputVariables: readonly number[];
};

export type Command = {
  /** Also its wire number and the wire number of its standing job. */
  id: number;
  jobId: string;
  commandsGroupId: number;
  name: string;
  description: string;
  position: number;
  isActive: boolean;
  revision: number;
} & CommandRevision;

export type NewCommand = Omit<Command, 'id' | 'revision'>;

export interface CommandsTable {
  /** Each command with its newest revision. */
  list(): Promise<Command[]>;
  /** Adds the command, its first revision and its standing job, under the next wire number. */
  add(command: NewCommand, at: number, by?: string | null): Promise<number>;
  change(
    id: number,
    change: Partial<Pick<Command, 'name' | 'description' | 'position' | 'isActive' | 'commandsGroupId'>>,
  ): Promise<void>;
  /** A former or the current revision; undefined when the command is gone. */
  revision(id: number, revision: number): Promise<CommandRevision | undefined>;
  /** Newest first, from the one before `before` on. */
  revisions(
    id: number,
    page: { before: number; limit: number },
  ): Promise<(CommandRevision & { revision: number; createdAt: number; createdBy: string | null })[]>;
  /** Adds a revision and makes it the current one. `by` says who made it. */
  revise(id: number, revision: CommandRevision, at: number, by?: string | null): Promise<number>;
  remove(id: number): Promise<void>;
  /** The highest wire number that was given, or is kept from being given; 0 before the first. */
  highestWireNumber(): Promise<number>;
  /** From now on the numbers up to this one are never given. */
  reserveWireNumbers(upTo: number): Promise<void>;
}
