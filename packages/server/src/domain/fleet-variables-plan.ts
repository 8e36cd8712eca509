import type { FleetFile, FleetVariable } from '@remotes/protocol/values/fleet-file';
import { reportTwice } from './fleet-claims.ts';
import type { FilePath, Findings } from './fleet-findings.ts';
import { createReferenceReader } from './fleet-hosts-groups-plan.ts';
import type { FleetState, ValueFinder } from './fleet-state.ts';
import { type VariableStep, variableKey } from './fleet-steps.ts';
import type { Host, Variable } from './ports.ts';

/** Every variable, before and after, with the values that the file changes. */
export function planVariables(
  state: FleetState,
  findValue: ValueFinder,
  file: FleetFile,
  findings: Findings,
): VariableStep[] {
  const entries = (file.variables ?? []).map((entry, index) => ({ entry, at: ['variables', index] }));
  reportTwice(
    entries.map(({ entry, at }) => {
      const key = variableKey(entry);
      return { at, key, label: `The variable "${key}"` };
    }),
    findings,
  );
  const standing = new Map(state.variables.map((variable) => [variableKey(variable), variable]));
  const find = createReferenceReader(state.hosts, findings);
  const steps = entries.map(({ entry, at }) => {
    const former = standing.get(variableKey(entry));
    const values = planValues(former, entry, [...at, 'values'], { findValue, find, findings });
    return { former, wanted: { category: entry.category, name: entry.name }, isNamed: true, values };
  });
  const keys = new Set(entries.map(({ entry }) => variableKey(entry)));
  const others = state.variables.filter((variable) => !keys.has(variableKey(variable)));
  return [
    ...steps,
    ...others.map((former) => ({
      former,
      wanted: { category: former.category, name: former.name },
      isNamed: false,
      values: [],
    })),
  ];
}

type Finders = {
  findValue: ValueFinder;
  find: (reference: string, at: FilePath) => Host | undefined;
  findings: Findings;
};

function planValues(
  former: Variable | undefined,
  { values = {} }: FleetVariable,
  at: FilePath,
  { findValue, find, findings }: Finders,
): VariableStep['values'] {
  const set = Object.entries(values).flatMap(([reference, wanted]) => {
    const host = find(reference, [...at, reference]);
    return host ? [{ host, wanted, former: former && findValue(former.id, host.id), reference }] : [];
  });
  reportTwice(
    set.map(({ host, reference }) => ({
      at: [...at, reference],
      key: String(host.id),
      label: `The host "${host.name}"`,
    })),
    findings,
  );
  return set
    .filter((value) => value.former !== value.wanted)
    .map(({ host, former: stored, wanted }) => ({ host, former: stored, wanted }));
}
