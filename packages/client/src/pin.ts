import type { SettingsChange, SettingsFile } from './settings-file.ts';
import { trouble } from './trouble.ts';

/** The server that this host trusts: nobody else is told anything, and v1 is not spoken. */
export type Pin = {
  /** The system's uuid. */
  readonly server: string;
  /** Fingerprints. */
  readonly signingKey: string;
  readonly recoveryKey: string;
  /** Of the newest succession by the recovery key that led to the signing key; an older one does not count any more. */
  readonly recoveredAtMs: number | undefined;
};

/**
 * Undefined where nothing was pinned. A pin that is not whole, or gone while the channel key is there that was enrolled with it, is
 * a trouble: it must not pass for none, as v1 sends the host's token in the clear.
 */
export function readPin(settings: SettingsFile): Pin | undefined {
  const values = names.map((name) => settings.get('trust', name));
  if (!settings.has('trust') && settings.get('host', 'channel_key') === undefined) return undefined;
  const [server = '', signingKey = '', recoveryKey = '', recoveredAt] = values;
  const isWhole = uuid.test(server) && isFingerprint(signingKey) && isFingerprint(recoveryKey);
  if (!isWhole || !/^\d{1,15}$/.test(recoveredAt ?? '0'))
    throw trouble(
      'settings',
      `the section [trust] of ${settings.path} is ${settings.has('trust') ? 'damaged' : 'missing'}: put back what stood there, or run --action=trust --fingerprint F --force with what the server's administrator reads from "remotes-server keys show". To go back to v1, remove [trust] and the line channel_key of [host], both`,
    );
  return {
    server,
    signingKey,
    recoveryKey,
    recoveredAtMs: recoveredAt === undefined ? undefined : Number(recoveredAt),
  };
}

export function pinChanges({ server, signingKey, recoveryKey, recoveredAtMs }: Pin): SettingsChange[] {
  return [
    ['trust', 'server', server],
    ['trust', 'signing_key', signingKey],
    ['trust', 'recovery_key', recoveryKey],
    ['trust', 'recovered_at', recoveredAtMs?.toString()],
  ];
}

/** SHA-256 of an Ed25519 public key, as `remotes-server keys show` and registration tokens spell it. */
export function isFingerprint(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

const names = ['server', 'signing_key', 'recovery_key', 'recovered_at'];
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
