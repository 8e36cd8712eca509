import type { FleetFile, FleetSetting } from '@remotes/protocol/values/fleet-file';
import { reportTwice } from './fleet-claims.ts';
import type { FilePath, Findings } from './fleet-findings.ts';
import type { FleetState } from './fleet-state.ts';
import { problemOfSteering, steeringNames } from './fleet-steering.ts';
import type { SettingStep } from './fleet-steps.ts';
import type { Setting } from './ports.ts';

/** The file's value of a setting, sealed where the master key is. */
export type SealedValue = {
  readonly sealed: string;
  /** What was stored when it was sealed, if that holds the same value. */
  readonly sameAs: string | null;
  /** Keyed hashes for the audit: of this value, and of what was stored as a secret when it was sealed. */
  readonly digest: string;
  readonly former: { readonly sealed: string; readonly digest: string } | null;
};
export type SealedValues = Readonly<Record<string, SealedValue>>;

/** Every setting, before and after. */
export function planSettings(
  state: FleetState,
  file: FleetFile,
  sealedValues: SealedValues,
  findings: Findings,
): SettingStep[] {
  const entries = (file.settings ?? []).map((entry, index) => ({ entry, at: ['settings', index] }));
  reportTwice(
    entries.map(({ entry, at }) => ({ at, key: entry.name, label: `The setting "${entry.name}"` })),
    findings,
  );
  const standing = new Map(state.settings.map((setting) => [setting.name, setting]));
  const steps = entries.map(({ entry, at }) => {
    const former = standing.get(entry.name);
    const isSecret = entry.secret ?? former?.isSecret ?? false;
    report(entry, at, { former, isSecret }, findings);
    const wanted = {
      name: entry.name,
      value: isSecret ? secretValue(entry, former, sealedValues) : (entry.value ?? ''),
      description: entry.description ?? '',
      isSecret,
      isActive: former?.isActive ?? true,
    };
    return { former, wanted, isNamed: true };
  });
  const names = new Set(entries.map(({ entry }) => entry.name));
  const others = state.settings.filter(({ name }) => !names.has(name));
  return [...steps, ...others.map((former) => ({ former, wanted: former, isNamed: false }))];
}

/** A secret that holds the same value already is left as it is, so that applying twice changes nothing. */
function secretValue(
  { name, value }: FleetSetting,
  former: Setting | undefined,
  sealedValues: SealedValues,
): string {
  const stored = former?.isSecret ? former.value : undefined;
  const given = value === undefined ? undefined : sealedValues[name];
  if (given && (stored === undefined || given.sameAs !== stored)) return given.sealed;
  return stored ?? '';
}

function report(
  { name, value }: FleetSetting,
  at: FilePath,
  { former, isSecret }: { former: Setting | undefined; isSecret: boolean },
  { problems }: Findings,
): void {
  const problem = (sentence: string) => problems.push({ at, sentence });
  if (isSecret && steeringNames.includes(name)) {
    problem(`The setting "${name}" steers the server and cannot be secret.`);
  }
  if (value !== undefined) {
    const sentence = isSecret ? undefined : problemOfSteering(name, value);
    if (sentence !== undefined) problems.push({ at: [...at, 'value'], sentence });
  } else if (!isSecret) {
    problem(`The setting "${name}" needs a value; write "" for an empty one.`);
  } else if (!former?.isSecret) {
    problem(
      former
        ? `The setting "${name}" is not stored as a secret yet: give its value too.`
        : `No value is stored here for the secret setting "${name}": give it one.`,
    );
  }
}
