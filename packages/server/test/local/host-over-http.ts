import { generateKeyPairSync } from 'node:crypto';
import { fernetKeyOfUuid, sealFernet } from '@remotes/protocol/crypto/fernet';
import { decryptOaep, readRsaPrivateKey, signPss } from '@remotes/protocol/crypto/rsa';

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** A host that speaks v1 to a running server. */
export function createHost(url: string) {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const key = readRsaPrivateKey(pair.privateKey);
  if (!key) throw new Error('A new key cannot be read.');
  let uuid = '';
  let token = '';
  const ask = async (path: string, as: string, body?: object): Promise<Answer> => {
    const answer = await fetch(new URL(path, url), {
      headers: { Authorization: `Token ${as}`, Connection: 'close', 'Content-Type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer['body'] };
  };
  const open = (answer: Answer) => decryptOaep(key, String(answer.body.encrypted)) ?? '';
  return {
    async register(registrationToken: string): Promise<Answer> {
      const answer = await ask('/api/v1/host/register/', registrationToken, { public_key: pair.publicKey });
      if (answer.status === 200) uuid = open(answer);
      return answer;
    },
    async verify(registrationToken: string): Promise<Answer> {
      const proof = { uuid, encrypted: signPss(key, 'OK') };
      const answer = await ask('/api/v1/host/verify/', registrationToken, proof);
      if (answer.status === 200) token = open(answer);
      return answer;
    },
    status: () => ask('/api/v1/host/status/', token),
    list: () => ask('/api/v1/commands/list/', token),
    get: (wireNumber: number) => ask(`/api/v1/commands/get/${wireNumber}/`, token),
    post(wireNumber: number, output: string, result: string): Promise<Answer> {
      const uuidKey = fernetKeyOfUuid(uuid);
      return ask(`/api/v1/commands/post/${wireNumber}/`, token, {
        output: sealFernet(uuidKey, output),
        result: sealFernet(uuidKey, result),
      });
    },
  };
}
