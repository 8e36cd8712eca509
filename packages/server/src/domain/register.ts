import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import type { Register, Registered } from '@remotes/protocol/messages/register';
import { registerHost } from './host-register.ts';
import type { Mind } from './mind.ts';
import type { RegistrationGate } from './registration-gate.ts';
import { knownTokenHash } from './registration-token.ts';

/** Makes a host known, as `host_register` does: by the same rules and within the same limits. */
export async function registerBySeal(
  mind: Mind,
  gate: RegistrationGate,
  message: Register,
): Promise<Registered | Refusal> {
  const early = gate.refusalOfAddress();
  if (early) return early;
  const secretHash = await knownTokenHash(mind, message.token);
  if (secretHash === undefined) {
    gate.noteRefusal('invalid_token');
    return refuse('invalid_token');
  }
  const full = gate.takePlace(secretHash);
  if (full) return full;
  const answer = await registerHost(mind, { secretHash, isSealed: true }, { public_key: message.public_key });
  if (!isRefusal(answer)) return { type: 'registered', encrypted: answer.encrypted };
  gate.givePlaceBack(secretHash);
  gate.noteRefusal(answer.refused);
  return answer;
}
