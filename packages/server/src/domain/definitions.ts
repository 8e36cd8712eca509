import { jobDefinition } from './jobs/job-definition.ts';
import type { AdHocJob, Command, Setting, Tables } from './ports.ts';

/** A command as it stands now, with all that decides whether it is offered. */
export type CommandDefinition = Command & {
  readonly commandsGroupName: string;
  readonly hostsGroupId: number;
  /** The command, its commands group and its hosts group are all active. */
  readonly isOffered: boolean;
  readonly afterAt: number | null;
  readonly beforeAt: number | null;
  readonly stopOnFailure: boolean;
  /** Its place among all commands: by commands group, then by command, then by wire number. */
  readonly rank: number;
  /** The ad-hoc job that this is, in place of a command. */
  readonly job?: AdHocJob;
};

/** Everything that an administrator has defined, as one picture of one moment. */
export type Definitions = {
  readonly epoch: number;
  /** Rises with the ad-hoc jobs. */
  readonly workEpoch: number;
  /** Changed by a restore: which of all the pasts of this system it is. */
  readonly storeId: string;
  readonly isPaused: boolean;
  readonly settings: ReadonlyMap<string, Setting>;
  readonly commands: ReadonlyMap<number, CommandDefinition>;
  /** By wire number everything that hosts can be given: the commands, and the ad-hoc jobs that have not ended. */
  readonly work: ReadonlyMap<number, CommandDefinition>;
  readonly variableIds: ReadonlySet<number>;
};

export type DefinitionsView = {
  /** The newest picture, at most a fifth of a second old. */
  current(): Promise<Definitions>;
  /** The newest picture that is there already, for what cannot wait; undefined before the first. */
  latest(): Definitions | undefined;
};

const freshForMs = 200;
const remembered = new WeakMap<Tables, Definitions>();

/**
 * The definitions as this connection sees them now; read anew only when the epoch has risen. Within a decision the
 * answer is exact, as the epoch is read in the same transaction.
 */
export async function currentDefinitions(tables: Tables): Promise<Definitions> {
  const known = remembered.get(tables);
  const { epoch, workEpoch } = await tables.server.epochs();
  if (known?.epoch === epoch && known.workEpoch === workEpoch) return known;
  // Jobs come and go all day: what administrators define is not read anew for them.
  const defined = known?.epoch === epoch ? known : await loadDefinitions(tables);
  const fresh = Object.freeze({ ...defined, workEpoch, work: await loadWork(tables, defined) });
  remembered.set(tables, fresh);
  return fresh;
}

/**
 * A view for readers that may be a moment behind: it asks for the epoch five times a second at most.
 * `monotonicMs` is a clock that is never set back, so that an old picture does not live on.
 */
export function createDefinitionsView(tables: Tables, monotonicMs: () => number): DefinitionsView {
  let known: Promise<Definitions> | undefined;
  let latest: Definitions | undefined;
  let checkedAt = Number.NEGATIVE_INFINITY;
  const current = () => {
    const now = monotonicMs();
    if (known && now - checkedAt < freshForMs) return known;
    checkedAt = now;
    const asked = currentDefinitions(tables);
    known = asked;
    asked.then(
      (definitions) => {
        latest = definitions;
      },
      () => {
        if (known === asked) known = undefined;
      },
    );
    return asked;
  };
  return Object.freeze({
    current,
    latest() {
      // Whoever waits for this look is told when it fails.
      void current().catch(() => {});
      return latest;
    },
  });
}

async function loadWork(
  tables: Tables,
  { commands }: Pick<Definitions, 'commands'>,
): Promise<Definitions['work']> {
  const jobs = await tables.jobs.open();
  return new Map([
    ...commands,
    ...jobs.map((job): [number, CommandDefinition] => [job.wireNumber, jobDefinition(job)]),
  ]);
}

async function loadDefinitions(tables: Tables): Promise<Omit<Definitions, 'workEpoch' | 'work'>> {
  const server = await tables.server.read();
  const hostsGroups = new Map((await tables.hostsGroups.list()).map((group) => [group.id, group]));
  const commandsGroups = new Map((await tables.commandsGroups.list()).map((group) => [group.id, group]));
  const defined = (await tables.commands.list()).flatMap((command) => {
    const group = commandsGroups.get(command.commandsGroupId);
    if (!group) return [];
    const isOffered =
      command.isActive && group.isActive && hostsGroups.get(group.hostsGroupId)?.isActive === true;
    return [{ command, group, isOffered }];
  });
  defined.sort(
    (one, other) =>
      one.group.position - other.group.position ||
      one.group.id - other.group.id ||
      one.command.position - other.command.position ||
      one.command.id - other.command.id,
  );
  const commands = new Map(
    defined.map(({ command, group, isOffered }, rank): [number, CommandDefinition] => [
      command.id,
      Object.freeze({
        ...command,
        commandsGroupName: group.name,
        hostsGroupId: group.hostsGroupId,
        isOffered,
        afterAt: group.afterAt,
        beforeAt: group.beforeAt,
        stopOnFailure: group.stopOnFailure,
        rank,
      }),
    ]),
  );
  return {
    epoch: server.epoch,
    storeId: server.storeId,
    isPaused: server.isPaused,
    settings: new Map((await tables.settings.list()).map((setting) => [setting.name, setting])),
    commands,
    variableIds: new Set((await tables.variables.list()).map((variable) => variable.id)),
  };
}
