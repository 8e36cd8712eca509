import type { CommandDetail, CommandView, RevisionView } from '@remotes/protocol/operators/commands';
import { variableKeysOf } from '../fleet-export.ts';
import { reaches } from '../operators/rights.ts';
import type { Command, CommandRevision, Scope, Tables } from '../ports.ts';
import { momentText } from './moment-text.ts';

type StoredRevision = Awaited<ReturnType<Tables['commands']['revisions']>>[number];

export type CommandsReader = {
  /** The commands that exist for whoever asks. */
  readonly commands: readonly Command[];
  view(command: Command): CommandView;
  detail(command: Command): CommandDetail;
  revision(revision: StoredRevision): RevisionView;
  said(revision: CommandRevision): Pick<RevisionView, 'settings' | 'variables' | 'output_variables'>;
};

/** Reads the commands of commands groups that are meant for hosts groups within somebody's rights. */
export async function readCommands(tables: Tables, scope: Scope): Promise<CommandsReader> {
  const groups = new Map(
    (await tables.commandsGroups.list())
      .filter(({ hostsGroupId }) => reaches({ hostsGroupIds: scope }, [hostsGroupId]))
      .map(({ id, name }) => [id, { id, name }]),
  );
  const keys = variableKeysOf({ variables: await tables.variables.list() });
  const keysOf = (ids: readonly number[]) => ids.flatMap((id) => keys.get(id) ?? []);
  const said = ({ settings, variables, outputVariables }: CommandRevision) => ({
    settings: [...settings],
    variables: keysOf(variables.map(({ variableId }) => variableId)),
    output_variables: keysOf(outputVariables),
  });
  const how = (revision: CommandRevision) => ({
    interpreter: revision.interpreter,
    timeout_seconds: revision.timeoutSeconds,
    attempts: revision.attempts,
    ...said(revision),
  });
  const view = (command: Command): CommandView => ({
    id: command.id,
    job_id: command.jobId,
    commands_group: groups.get(command.commandsGroupId) ?? { id: command.commandsGroupId, name: '' },
    name: command.name,
    description: command.description,
    order: command.position,
    is_active: command.isActive,
    revision: command.revision,
    ...how(command),
  });
  return {
    commands: (await tables.commands.list()).filter(({ commandsGroupId }) => groups.has(commandsGroupId)),
    view,
    detail: (command) => ({ ...view(command), program: command.program }),
    revision: (revision) => ({
      revision: revision.revision,
      created_at: momentText(revision.createdAt),
      by: revision.createdBy,
      ...how(revision),
    }),
    said,
  };
}
