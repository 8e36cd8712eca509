import type { AdHocJob, HandedSetting, Run } from '../ports.ts';

type FrozenInputs = { settings: readonly HandedSetting[]; variables: Record<string, string | null> };

/** What a run of this job is handed: as it stood when the job was made. */
export function frozenInputs(
  { settings, variables }: AdHocJob,
  { inputs }: Pick<Run, 'inputs'>,
): FrozenInputs {
  const known: { variables?: Record<string, string | null> } = JSON.parse(inputs);
  const handed = variables.map((variable): [string, string | null] => [
    variable.name,
    'text' in variable ? variable.text : (known.variables?.[variable.name] ?? null),
  ]);
  return { settings, variables: Object.fromEntries(handed) };
}
