import type { JobVariable, Tables } from '../ports.ts';

type Values = Record<string, string | null>;

/** Reads the variables of all hosts that the program is handed; undefined where it is handed none. */
export async function readHostVariables(
  tables: Tables,
  variables: readonly JobVariable[],
): Promise<((hostId: number) => Values) | undefined> {
  const read = variables.flatMap((variable) => ('variableId' in variable ? [variable] : []));
  if (read.length === 0) return undefined;
  const values = new Map<string, string>();
  for (const { variableId, hostId, value } of await tables.variables.valuesOf(
    read.map(({ variableId }) => variableId),
  )) {
    values.set(`${variableId} ${hostId}`, value);
  }
  return (hostId) =>
    Object.fromEntries(
      read.map(({ name, variableId }) => [name, values.get(`${variableId} ${hostId}`) ?? null]),
    );
}
