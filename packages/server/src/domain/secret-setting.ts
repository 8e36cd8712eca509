import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import type { Definitions } from './definitions.ts';
import type { Masking } from './output-stream.ts';
import type { HandedSetting } from './ports.ts';
import { spellingsOf } from './secret-spellings.ts';

const purposeOf = (name: string) => `setting ${name}`;

/** Seals the value of a secret setting for storage; bound to the setting's name. */
export function sealSetting(masterKey: MasterKey, name: string, value: string): string {
  return seal(masterKey, value, purposeOf(name));
}

/** The value as it was given. Throws when it was sealed under another master key. */
export function openSetting(masterKey: MasterKey, setting: HandedSetting): string {
  if (!setting.isSecret) return setting.value;
  const value = openSealed(masterKey, setting.value, purposeOf(setting.name));
  if (value === undefined) {
    throw new Error(
      `The secret setting "${setting.name}" was sealed under another master key: set it again.`,
    );
  }
  return value;
}

const opened = new WeakMap<Definitions, readonly string[]>();

/**
 * Every secret value that is worth masking in what hosts send, in all its spellings; opened once for each picture of
 * the definitions.
 */
export function secretSpellings(masterKey: MasterKey, definitions: Definitions): readonly string[] {
  const known = opened.get(definitions);
  if (known) return known;
  // What an open job hands over was frozen, and may be another value by now.
  const frozen = [...definitions.work.values()].flatMap(({ job }) => job?.settings ?? []);
  const spellings = [...definitions.settings.values(), ...frozen].flatMap((setting) => {
    if (!setting.isSecret) return [];
    const value = openSealed(masterKey, setting.value, purposeOf(setting.name));
    return value !== undefined && Buffer.byteLength(value) >= shortestMaskedBytes ? spellingsOf(value) : [];
  });
  // Longest first, so that a secret that is part of another does not leave the rest of it standing.
  spellings.sort((one, other) => other.length - one.length);
  opened.set(definitions, spellings);
  return spellings;
}

const asBytes = new WeakMap<readonly string[], Masking>();

/** The same with what is needed to mask output that comes in pieces. */
export function maskingOf(masterKey: MasterKey, definitions: Definitions): Masking {
  const secrets = secretSpellings(masterKey, definitions);
  const known = asBytes.get(secrets);
  if (known) return known;
  const masking = { secrets, secretBytes: secrets.map((secret) => Buffer.from(secret)) };
  asBytes.set(secrets, masking);
  return masking;
}

/** Shorter values would mask ordinary words. */
const shortestMaskedBytes = 8;
