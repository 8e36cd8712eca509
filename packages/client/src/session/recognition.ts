import { fingerprintOf, leadsTo, recoveredAtMs } from '@remotes/protocol/crypto/key-chain';
import { signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { Context } from '../context.ts';
import { endpointUrl } from '../endpoints.ts';
import { type Pin, pinChanges, readPin } from '../pin.ts';
import { openSettingsFile } from '../settings-file.ts';
import { isTrouble, trouble } from '../trouble.ts';
import type { Handshake } from './handshake.ts';

/** By what the server is recognised: both, where both are given. */
export type Trust = { readonly pin: Pin | undefined; readonly fingerprint: string | undefined };

/** Whoever signed the proof must be the one that is trusted, or one whom that one has named. */
export function recognise(
  { settings }: Context,
  { pin, fingerprint }: Trust,
  { proof, signingKey }: Handshake,
): Pin {
  const where = endpointUrl(settings, 'handshake').origin;
  // The pinned one stays: a succession names a signing key, nothing names another recovery key.
  const recoveryKey = pin?.recoveryKey ?? fingerprintOf(proof.recovery_key) ?? '';
  const recoveredAt = recoveredAtMs(proof, recoveryKey) ?? never;
  const recoveredBefore = pin?.recoveredAtMs ?? never;
  if (
    pin !== undefined &&
    (proof.server !== pin.server || !(leadsTo(proof, pin) || recoveredAt > recoveredBefore))
  )
    throw trouble(
      'untrusted',
      `the server at ${where} is not the one that ${settings.path} has pinned: it was told nothing. If that is meant to be so, run --action=trust --fingerprint F --force with what its administrator reads from "remotes-server keys show"`,
    );
  if (
    fingerprint !== undefined &&
    !leadsTo(proof, { signingKey: fingerprint, recoveryKey: pin?.recoveryKey })
  )
    throw trouble(
      'untrusted',
      `the server at ${where} proved another key than ${fingerprint}: it was told nothing. Check the address and where the token or fingerprint comes from`,
    );
  const newest = Math.max(recoveredAt, recoveredBefore);
  return {
    server: proof.server,
    signingKey: signingKeyFingerprint(signingKey),
    recoveryKey,
    recoveredAtMs: newest === never ? undefined : newest,
  };
}

/** Writes the new pin if it is another, unless the file says something else by now. */
export function follow({ settings, say }: Context, old: Pin, next: Pin): void {
  if (next.signingKey !== old.signingKey)
    say(`the server has a new signing key, ${next.signingKey}, as the pinned one or the recovery key says`);
  else if (next.recoveredAtMs === old.recoveredAtMs) return;
  settings.stage(pinChanges(next));
  try {
    const file = openSettingsFile(settings.path, () => {});
    if (readPin(file)?.signingKey === old.signingKey) file.change(pinChanges(next));
  } catch (error) {
    if (!isTrouble(error)) throw error;
    // The old pin leads there as well, each time.
    say(`the new pin could not be kept: ${error.message}`);
  }
}

/** Before each time. */
const never = -1;
