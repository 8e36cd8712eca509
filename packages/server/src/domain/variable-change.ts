import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { currentDefinitions, type Definitions } from './definitions.ts';
import { inUse } from './fleet-edit-removal.ts';
import { setterOf } from './fleet-execution.ts';
import { findHosts } from './host-finding.ts';
import type { Author } from './operators/actor.ts';
import type { Asker } from './operators/asker.ts';
import { reaches } from './operators/rights.ts';
import { refusalOfVersion, rowVersion } from './operators/row-version.ts';
import type { Scope, Tables, Variable, VariableValue } from './ports.ts';

/** Makes a variable that no host has a value for yet. */
export async function decideVariable(
  tables: Tables,
  { category, name, now, by }: { category: string; name: string; now: number; by: Author },
): Promise<Variable | AdministrationRefusal> {
  const known = await tables.variables.list();
  if (known.some((variable) => variable.category === category && variable.name === name)) {
    return decline('name_taken', `There is a variable "${category}/${name}" already.`);
  }
  const variable = await tables.variables.add(category, name);
  await tables.server.bumpEpoch();
  const after = { name: `${category}/${name}` };
  await tables.audit.note({
    at: now,
    by,
    action: 'variable.create',
    subject: `variable ${variable.id}`,
    after,
  });
  return variable;
}

/** Forgets a variable that no command uses, with its values and their past. */
export async function decideVariableRemoval(
  tables: Tables,
  { id, now, by }: { id: number; now: number; by: Author },
): Promise<{ removed: true } | AdministrationRefusal> {
  const variable = (await tables.variables.list()).find((each) => each.id === id);
  if (!variable) return decline('not_found', `There is no variable ${id}.`);
  const users = (await tables.commands.list()).filter(
    ({ variables, outputVariables }) =>
      variables.some(({ variableId }) => variableId === id) || outputVariables.includes(id),
  );
  const key = `${variable.category}/${variable.name}`;
  if (users.length > 0) return inUse(`variable "${key}"`, 'commands', users);
  await tables.variables.remove(id);
  await tables.server.bumpEpoch();
  const before = { name: key };
  await tables.audit.note({ at: now, by, action: 'variable.remove', subject: `variable ${id}`, before });
  return { removed: true };
}

export type ValueRequest = Asker & {
  hostId: number;
  variableId: number;
  /** Null: the host is to have none. */
  value: string | null;
  wantedVersion: string | null;
  now: number;
};

/** Sets or removes the value that a variable has for a host; it takes rights on the host and on every command that is handed it. */
export async function decideValue(
  tables: Tables,
  { hostId, variableId, value, wantedVersion, now, by, within }: ValueRequest,
): Promise<{ set: true } | AdministrationRefusal> {
  const hosts = await findHosts(tables, [String(hostId)], within);
  if (isDeclined(hosts)) return decline('not_found', `There is no host ${hostId}.`);
  const definitions = await currentDefinitions(tables);
  const variable = (await tables.variables.list()).find(({ id }) => id === variableId);
  const seen = await variableIdsSeen(tables, definitions, within);
  if (!variable || !(seen?.has(variableId) ?? true)) {
    return decline('not_found', `There is no variable ${variableId}.`);
  }
  const readers = [...definitions.commands.values()].filter(({ variables }) =>
    variables.some((read) => read.variableId === variableId),
  );
  if (readers.some(({ hostsGroupId }) => !reaches({ hostsGroupIds: within }, [hostsGroupId]))) {
    return decline(
      'not_allowed',
      'Commands outside your rights are handed this variable: only who has rights on all of them can set its values.',
    );
  }
  const former = await tables.variables.valueAt(variableId, hostId);
  const refusal = refusalOfVersion('This value', valueVersion(former), wantedVersion);
  if (refusal) return refusal;
  if (former?.value === value) return { set: true };
  if (!former && value === null) return decline('not_found', `Host ${hostId} has no value of this variable.`);
  if (value === null) await tables.variables.removeValue(variableId, hostId, now, setterOf(by));
  else await tables.variables.setValue({ variableId, hostId, value, setAt: now, setBy: setterOf(by) });
  const key = `${variable.category}/${variable.name}`;
  const said = (text: string | null | undefined) =>
    text === null || text === undefined ? null : { name: key, value: text.toWellFormed() };
  await tables.audit.note({
    at: now,
    by,
    action: `variable_value.${value === null ? 'remove' : former ? 'change' : 'create'}`,
    subject: `variable ${variableId} of host ${hostId}`,
    before: said(former?.value),
    after: said(value),
  });
  return { set: true };
}

export function valueVersion(value: VariableValue | undefined): string {
  return rowVersion(value ? [value.value.toWellFormed(), value.setAt, value.setBy] : null);
}

/**
 * The variables that exist for somebody: those that commands within his rights use, and those that have a value for a host
 * within them. Undefined: all.
 */
export async function variableIdsSeen(
  tables: Tables,
  { commands }: Pick<Definitions, 'commands'>,
  within: Scope,
): Promise<ReadonlySet<number> | undefined> {
  if (within === null) return undefined;
  const own = [...commands.values()].filter(({ hostsGroupId }) => within.includes(hostsGroupId));
  return new Set([
    ...own.flatMap(({ variables }) => variables.map(({ variableId }) => variableId)),
    ...own.flatMap(({ outputVariables }) => outputVariables),
    ...(await tables.variables.idsOnHosts(within)),
  ]);
}
