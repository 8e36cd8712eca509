import { readFileSync } from 'node:fs';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { publicPem, readRsaPublicKey, rsaFingerprint } from '@remotes/protocol/crypto/rsa';
import { describe, expect, test } from 'vitest';
import { eachDatabase, type OpenDatabase } from '../databases.ts';
import { addRegistrationToken, openDoor } from './open-door.ts';

type Exchange = {
  request: { method: string; path: string; headers: Record<string, string>; body_text: string | null };
  response: { status: number; content_type: string; body_text: string };
};
const golden = new URL('../../../protocol/test/golden/vectors.json', import.meta.url);
const { exchanges, rsa_keys } = JSON.parse(readFileSync(golden, 'utf8')) as {
  rsa_keys: { main: { public_spki_pem: string } };
  exchanges: {
    errors: Record<string, Exchange>;
    register: { request: { headers: { Authorization: string } }; expect: { uuid: string } };
    verify: { expect: { token: string } };
  };
};

describe('what a Django Remotes server answered', () => {
  eachDatabase((open) => {
    test.each(Object.entries(exchanges.errors))(
      'to "%s" is answered with the same bytes',
      async (_name, { request, response }) => {
        const database = await open();
        await addRecordedFleet(database);
        const { call } = await openDoor(database);
        const { method, path, headers, body_text: body } = request;
        const answer = await call(path, { method, headers, ...(body !== null && { body }) });
        expect({ status: answer.status, text: answer.text }).toEqual({
          status: response.status,
          text: response.body_text,
        });
        expect(answer.headers['content-type']).toBe(response.content_type);
      },
    );
  });
});

/** The registration token and the host that the recorded requests speak of. */
async function addRecordedFleet(database: OpenDatabase): Promise<void> {
  const { request, expect: known } = exchanges.register;
  await addRegistrationToken(database, request.headers.Authorization.replace('Token ', ''));
  const publicKey = readRsaPublicKey(rsa_keys.main.public_spki_pem);
  if (!publicKey) throw new Error('The recorded key cannot be read.');
  await database.write(async (tables) => {
    const host = await tables.hosts.add({
      uuid: known.uuid,
      publicPem: publicPem(publicKey),
      keyFingerprint: rsaFingerprint(publicKey),
      registrationTokenId: null,
      registeredAt: 0,
      needsApproval: false,
    });
    await tables.hosts.change(host.id, { state: 'verified' });
    await tables.hostTokens.add(host.id, sha256Hex(exchanges.verify.expect.token), 0);
  });
}
