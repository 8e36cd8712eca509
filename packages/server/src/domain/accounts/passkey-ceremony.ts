import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import { type Problem, problem } from '../operators/problem.ts';

/** One asking for a passkey, as it comes back: sealed, so that nothing has to be stored for whoever only asks. */
export type Ceremony = {
  readonly purpose: 'register' | 'sign_in';
  readonly challenge: string;
  /** Whose passkey is being made; null where it is to say who signs in. */
  readonly operatorId: number | null;
  readonly expiresAt: number;
};

const context = 'passkey ceremony';
export const ceremonyMs = 5 * 60 * 1000;

export function sealCeremony(masterKey: MasterKey, ceremony: Ceremony): string {
  return seal(masterKey, JSON.stringify(ceremony), context);
}

export function openCeremony(
  masterKey: MasterKey,
  sealed: string,
  purpose: Ceremony['purpose'],
  now: number,
): Ceremony | Problem {
  const text = openSealed(masterKey, sealed, context);
  const ceremony = text === undefined ? undefined : (JSON.parse(text) as Ceremony);
  if (ceremony?.purpose === purpose && now < ceremony.expiresAt) return ceremony;
  return problem('sign_in_failed', 'The ceremony has expired or is of another kind: begin again.');
}

/** Where passkeys are made and used: by which host name, and why not at all where that is so. */
export function passkeyPlace(origin: string): { readonly rpId: string } | { readonly because: string } {
  const { protocol, hostname } = new URL(origin);
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  if (protocol !== 'https:' && !isLocal) {
    return { because: 'Passkeys work only over https, or on localhost.' };
  }
  // Browsers bind them to a domain, and an address is none (Web Authentication section 5.1.2).
  if (/^[\d.]+$|^\[/.test(hostname)) {
    return { because: 'Passkeys work only where this server is called by a host name, not by an address.' };
  }
  return { rpId: hostname };
}

/** The same as a refusal. */
export function refusalOfPlace(because: string): Problem {
  return problem('unsuitable_state', because);
}
