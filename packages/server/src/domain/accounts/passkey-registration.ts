import { sha256Hex } from '@remotes/protocol/crypto/digest';
import type { PasskeyAttestation } from '@remotes/protocol/operators/passkeys';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import type { Author } from '../operators/actor.ts';
import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem, type Problem, problem } from '../operators/problem.ts';
import type { Passkey, Tables } from '../ports.ts';
import { steeringSetting } from '../steering-settings.ts';
import { refusalOfLabel } from './operator-name.ts';
import { ceremonyMs, openCeremony, passkeyPlace, refusalOfPlace, sealCeremony } from './passkey-ceremony.ts';
import { refusalOfUnconfirmed, sessionOf } from './session-of-actor.ts';

/** What a browser is asked for: a passkey that it finds without a name, and that wants its holder shown. */
export const beginPasskey: ApiDeed<'passkeys_options'> = async ({ mind, actor, origin }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const place = passkeyPlace(origin);
  if ('because' in place) return refusalOfPlace(place.because);
  const { operatorId, name } = actor;
  const present = await mind.storage.tables.passkeys.ofOperator(operatorId);
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  const options = await generateRegistrationOptions({
    rpName: steeringSetting(await mind.definitions.current(), 'app_name') ?? 'Remotes',
    rpID: place.rpId,
    userName: name,
    userDisplayName: name,
    userID: new Uint8Array(Buffer.from(`operator ${operatorId}`)),
    excludeCredentials: present.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  const ceremony = sealCeremony(mind.masterKey, {
    purpose: 'register',
    challenge: options.challenge,
    operatorId,
    expiresAt: mind.clock() + ceremonyMs,
  });
  return { answer: { ceremony, options: { ...options } } };
};

export const createPasskey: ApiDeed<'passkeys_create'> = async ({ mind, actor, author, body, origin }) => {
  const own = sessionOf(actor);
  if (isProblem(own)) return own;
  const unsuitable = refusalOfLabel(body.name);
  if (unsuitable) return unsuitable;
  const ceremony = openCeremony(mind.masterKey, body.ceremony, 'register', mind.clock());
  if (isProblem(ceremony)) return ceremony;
  if (ceremony.operatorId !== actor.operatorId) return notVerified;
  const credential = await verifiedCredential(ceremony.challenge, body.response, origin);
  if (isProblem(credential)) return credential;
  const added = await mind.storage.decide('addPasskey', {
    ...own,
    passkey: { ...credential, operatorId: actor.operatorId, name: body.name },
    challengeHash: sha256Hex(ceremony.challenge),
    challengeExpiresAt: ceremony.expiresAt,
    by: author,
    now: mind.clock(),
  });
  return isProblem(added) ? added : { answer: added };
};

type Credential = Pick<Passkey, 'credentialId' | 'publicKey' | 'counter' | 'rpId' | 'transports'>;

async function verifiedCredential(
  challenge: string,
  response: PasskeyAttestation,
  origin: string,
): Promise<Credential | Problem> {
  const place = passkeyPlace(origin);
  if ('because' in place) return refusalOfPlace(place.because);
  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { clientExtensionResults: {}, ...response } as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: place.rpId,
      requireUserVerification: true,
    });
    if (!verified) return notVerified;
    const { id, publicKey, counter } = registrationInfo.credential;
    return {
      credentialId: id,
      publicKey: Buffer.from(publicKey).toString('base64url'),
      counter,
      rpId: place.rpId,
      transports: response.response.transports ?? [],
    };
  } catch {
    // The library throws for whatever is not as it should be.
    return notVerified;
  }
}

type Addition = {
  sessionId: number;
  passkey: Credential & { operatorId: number; name: string };
  challengeHash: string;
  challengeExpiresAt: number;
  by: Author;
  now: number;
};

export async function decidePasskey(
  tables: Tables,
  { sessionId, passkey, challengeHash, challengeExpiresAt, by, now }: Addition,
): Promise<{ id: number } | Problem> {
  const unconfirmed = await refusalOfUnconfirmed(tables, sessionId, now);
  if (unconfirmed) return unconfirmed;
  if (await tables.passkeys.byCredentialId(passkey.credentialId)) {
    return problem('unsuitable_state', 'This passkey is registered already.');
  }
  if (!(await tables.passkeys.spendChallenge(challengeHash, challengeExpiresAt))) return notVerified;
  const id = await tables.passkeys.add({ ...passkey, createdAt: now });
  // Whoever made it has just been asked to show himself to it.
  await tables.operatorSessions.confirm(sessionId, now, true);
  await tables.audit.note({
    at: now,
    by,
    action: 'passkey.create',
    subject: `operator ${by.name}`,
    after: { id, name: passkey.name, made_for: passkey.rpId },
  });
  return { id };
}

const notVerified = problem('unsuitable_value', 'The passkey could not be verified: begin again.');
