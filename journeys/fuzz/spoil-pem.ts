import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { SeededRandom } from '../seeded-random.ts';
import type { Spoil } from './spoil-head.ts';

/** Keys that are in order, only none that a host may have. */
const foreignPems = [
  () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  () => generateKeyPairSync('ed25519').publicKey,
  () => generateKeyPairSync('x25519').publicKey,
  () => generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey,
  () => generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey,
  () => generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey,
  () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey,
].map((make) => spki(make()));

/** A public key that is none, or that the server must not take. Some stay whole keys, which nobody has registered. */
export const spoilPem: Spoil = (draft, random) => {
  const fields = draft.fields ?? {};
  const pem = String(fields.public_key);
  fields.public_key = random.pick([
    () => random.pick(foreignPems),
    () => flipByte(pem, random),
    () => flipByte(pem, random),
    () => pem.slice(0, random.integer(pem.length - 40)),
    () =>
      pem.replace(
        'BEGIN PUBLIC',
        random.pick(['BEGIN PRIVATE', 'BEGIN CERTIFICATE', 'BEGIN RSA PUBLIC', 'BEGIN']),
      ),
    () => pem.replaceAll('PUBLIC KEY', 'PRIVATE KEY'),
    () => pem + pem,
    () => pem.replace(/\n/, '\nProc-Type: 4,ENCRYPTED\n\n'),
    () => pem.replaceAll('\n', ' '),
    () => pem.replace(/[^-\n]{64}\n/, ''),
    () => Buffer.from(pem).toString('base64'),
    () => `-----BEGIN PUBLIC KEY-----\n${random.bytes(300).toString('base64')}\n-----END PUBLIC KEY-----\n`,
    () => '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n',
    () => 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 me@here',
  ])();
};

/** One byte of the key itself, which may leave a key: of another number, even, or of a few bits. */
function flipByte(pem: string, random: SeededRandom): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const at = random.integer(der.length);
  der[at] = (der[at] ?? 0) ^ (1 << random.integer(8));
  return pemOfDer(der);
}

/** Keys of numbers that no honest client draws: even, with an exponent of 1, 2 or 0, with a modulus of ones. */
export function oddKeys(pem: string): string[] {
  const jwk = createPublicKey(pem).export({ format: 'jwk' });
  const modulus = Buffer.from(jwk.n ?? '', 'base64url');
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(modulus);
    change(bytes);
    return bytes.toString('base64url');
  };
  const last = modulus.length - 1;
  const made = [
    { n: changed((bytes) => bytes.writeUInt8((bytes[last] ?? 0) & 0xfe, last)), e: jwk.e },
    { n: changed((bytes) => bytes.fill(0xff)), e: jwk.e },
    { n: changed((bytes) => bytes.fill(0, 1)), e: jwk.e },
    { n: changed((bytes) => bytes.fill(0x00, 1, last)), e: jwk.e },
    ...['AQ', 'Ag', 'Aw', 'AA', 'BA', jwk.n].map((e) => ({ n: jwk.n, e })),
  ];
  return made.flatMap(({ n, e }) => {
    try {
      return [spki(createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: e ?? '' }, format: 'jwk' }))];
    } catch {
      return [];
    }
  });
}

function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function pemOfDer(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`;
}
