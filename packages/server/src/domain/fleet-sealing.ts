import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { secretDigest } from './audit/secret-digest.ts';
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
      const stored = former?.isSecret ? opened(masterKey, former) : undefined;
      return [
        [
          name,
          {
            sealed: sealSetting(masterKey, name, value),
            sameAs: former && stored === value ? former.value : null,
            digest: secretDigest(masterKey, value),
            former:
              former && stored !== undefined
                ? { sealed: former.value, digest: secretDigest(masterKey, stored) }
                : null,
          },
        ],
      ];
    }),
  );
}

/** A secret that does not open any more holds nothing: it is being set again. */
function opened(masterKey: MasterKey, setting: Setting): string | undefined {
  try {
    return openSetting(masterKey, setting);
  } catch {
    return undefined;
  }
}
