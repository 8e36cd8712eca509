import { environmentName } from '@remotes/protocol/values/environment-name';
import type { FleetCommand } from '@remotes/protocol/values/fleet-file';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import { reportTwice } from './fleet-claims.ts';
import type { FilePath, Findings } from './fleet-findings.ts';
import { nearMiss } from './fleet-near-miss.ts';
import { type SettingStep, type VariableStep, variableKey, type WantedCommand } from './fleet-steps.ts';

/** What commands can be handed once the file is applied. */
export type KnownInputs = {
  readonly settings: readonly SettingStep[];
  readonly variables: readonly VariableStep[];
};

type Inputs = Pick<WantedCommand, 'settings' | 'variables' | 'outputVariables'>;
type Named = { readonly at: FilePath; readonly key: string; readonly name: string };

/** Reads what a command says of its inputs: every name must stand for one thing, and reach the program as one. */
export function createInputsReader(
  known: KnownInputs,
  findings: Findings,
): (entry: FleetCommand, at: FilePath) => Inputs {
  const findSetting = createSettingFinder(known.settings, findings);
  const findVariable = createVariableFinder(known.variables, findings);
  const read = (find: Finder, references: readonly string[] | undefined, at: FilePath, noun: string) => {
    const found = (references ?? []).flatMap((reference, index) => find(reference, [...at, index]) ?? []);
    reportTwice(
      found.map(({ at: itemAt, key }) => ({ at: itemAt, key, label: `The ${noun} "${key}"` })),
      findings,
    );
    return found;
  };
  return (entry, at) => {
    const settings = read(findSetting, entry.settings, [...at, 'settings'], 'setting');
    const variables = read(findVariable, entry.variables, [...at, 'variables'], 'variable');
    const saved = read(findVariable, entry.output_variables, [...at, 'output_variables'], 'variable');
    reportSameName(variables, findings);
    if (hasInputsInEnvironment(entry.interpreter ?? 'python')) {
      reportSameSpelling('SETTING', settings, findings);
      reportSameSpelling('VARIABLE', variables, findings);
    }
    const keys = (named: readonly Named[]) => named.map(({ key }) => key);
    return { settings: keys(settings), variables: keys(variables), outputVariables: keys(saved) };
  };
}

type Finder = (reference: string, at: FilePath) => Named | undefined;

function createSettingFinder(settings: readonly SettingStep[], { problems }: Findings): Finder {
  const names = new Set(settings.flatMap(({ wanted }) => (wanted ? [wanted.name] : [])));
  return (name, at) => {
    if (names.has(name)) return { at, key: name, name };
    const rest = nearMiss(name, names) || ': add it under "settings".';
    problems.push({ at, sentence: `There is no setting "${name}"${rest}` });
    return undefined;
  };
}

function createVariableFinder(steps: readonly VariableStep[], { problems }: Findings): Finder {
  const variables = steps.flatMap(({ wanted }) => (wanted ? [wanted] : []));
  const byKey = new Map(variables.map((variable) => [variableKey(variable), variable]));
  const byName = Map.groupBy(variables, ({ name }) => name);
  return (reference, at) => {
    const exact = byKey.get(reference);
    if (exact) return { at, key: reference, name: exact.name };
    const [only, ...others] = byName.get(reference) ?? [];
    if (only && others.length === 0) return { at, key: variableKey(only), name: only.name };
    if (only) {
      const keys = [only, ...others].map((variable) => `"${variableKey(variable)}"`).join(' or ');
      problems.push({ at, sentence: `More than one variable is called "${reference}": write ${keys}.` });
    } else {
      const names = reference.includes('/') ? byKey.keys() : byName.keys();
      const rest = nearMiss(reference, names) || ': add it under "variables".';
      problems.push({ at, sentence: `There is no variable "${reference}"${rest}` });
    }
    return undefined;
  };
}

/** Programs know a variable by its name alone. */
function reportSameName(variables: readonly Named[], { problems }: Findings): void {
  reportClash(
    variables,
    ({ name }) => name,
    (one, other, name) => {
      problems.push({
        at: other.at,
        sentence: `"${one.key}" and "${other.key}" would both be handed over as "${name}"`,
        earlier: one.at,
      });
    },
  );
}

function reportSameSpelling(kind: InputKind, inputs: readonly Named[], { problems }: Findings): void {
  reportClash(
    inputs,
    ({ name }) => spelledInEnvironment(kind, name),
    (one, other, spelled) => {
      // The same name twice is told elsewhere.
      if (one.name === other.name) return;
      problems.push({
        at: other.at,
        sentence: `"${one.name}" and "${other.name}" would both be ${spelled} in the environment`,
        earlier: one.at,
      });
    },
  );
}

function reportClash(
  inputs: readonly Named[],
  spell: (input: Named) => string,
  report: (one: Named, other: Named, spelled: string) => void,
): void {
  const first = new Map<string, Named>();
  for (const input of inputs) {
    const spelled = spell(input);
    const one = first.get(spelled);
    // The same thing twice is told elsewhere.
    if (one && one.key !== input.key) report(one, input, spelled);
    if (!one) first.set(spelled, input);
  }
}

/** Python and node are handed objects; all others find their inputs in the environment. */
export function hasInputsInEnvironment(interpreter: Interpreter | 'auto'): boolean {
  return interpreter !== 'python' && interpreter !== 'node';
}

export type InputKind = 'SETTING' | 'VARIABLE';

/** What a program finds an input by in its environment. */
export function spelledInEnvironment(kind: InputKind, name: string): string {
  return `REMOTES_${kind}_${environmentName(name)}`;
}
