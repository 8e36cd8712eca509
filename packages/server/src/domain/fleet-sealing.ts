import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import type { SealedValue, SealedValues } from './fleet-settings-plan.ts';
import type { Setting } from './ports.ts';
import { openSetting, sealSetting } from './secret-setting.ts';

/** Seals each value of the file that may turn out to be a secret: where it is decided there is no master key. */
export function sealFleetValues(
  masterKey: MasterKey,
  settings: readonly Setting[],
  file: FleetFile,
): SealedValues {
  const standing = new Map(settings.map((setting) => [setting.name, setting]));
  return Object.fromEntries(
    (file.settings ?? []).flatMap(({ name, value, secret }): [string, SealedValue][] => {
      if (value === undefined || secret === false) return [];
      const former = standing.get(name);
      const sameAs = former?.isSecret && holds(masterKey, former, value) ? former.value : null;
      return [[name, { sealed: sealSetting(masterKey, name, value), sameAs }]];
    }),
  );
}

/** A secret that does not open any more holds nothing: it is being set again. */
function holds(masterKey: MasterKey, setting: Setting, value: string): boolean {
  try {
    return openSetting(masterKey, setting) === value;
  } catch {
    return false;
  }
}
