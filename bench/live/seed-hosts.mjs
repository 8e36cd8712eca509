// A server's database with hosts that have proved a channel key each, and what the simulator must know of them.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signingPublicText } from '../../packages/protocol/dist/crypto/sign.js';
import { seed } from '../seed.mjs';

/** Answers the simulator's hosts; their keys lie in `keysFolder`. */
export function seedHosts(dataFolder, keysFolder, count, publicPem) {
  mkdirSync(keysFolder, { recursive: true });
  return seed(dataFolder, (write) => {
    const group = write.hostsGroup('All hosts');
    return Array.from({ length: count }, (_, number) => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const path = join(keysFolder, `${number}.pem`);
      writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
      const fingerprint = randomBytes(32).toString('hex');
      const { uuid } = write.host(publicPem, [group], signingPublicText(publicKey), fingerprint);
      return { uuid, fingerprint, settings: { channel_key: path } };
    });
  });
}
