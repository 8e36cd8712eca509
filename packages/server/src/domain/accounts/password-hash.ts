import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

type Cost = { readonly log2: number; readonly blockSize: number; readonly parallel: number };

const saltBytes = 16;
const hashBytes = 32;

/** scrypt (RFC 7914) with r = 8 and p = 1, as a PHC string: `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`. */
export async function hashPassword(password: string, costLog2: number): Promise<string> {
  const cost = { log2: costLog2, blockSize: 8, parallel: 1 };
  const salt = randomBytes(saltBytes);
  const hash = await derive(password, salt, cost);
  return `$scrypt$ln=${costLog2},r=8,p=1$${base64(salt)}$${base64(hash)}`;
}

/** Compares in constant time, at the cost that the stored hash was made with. */
export async function matchesPassword(password: string, stored: string): Promise<boolean> {
  const read = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(stored);
  if (!read) throw new Error('A stored password hash cannot be read.');
  const [log2, blockSize, parallel] = read.slice(1, 4).map(Number) as [number, number, number];
  const [salt, hash] = read.slice(4).map((text) => Buffer.from(text, 'base64')) as [Buffer, Buffer];
  return timingSafeEqual(await derive(password, salt, { log2, blockSize, parallel }), hash);
}

/** In a thread of Node's pool. Letters that look alike composed and decomposed are the same (RFC 8265 section 4.2). */
function derive(password: string, salt: Buffer, { log2, blockSize, parallel }: Cost): Promise<Buffer> {
  const cost = 2 ** log2;
  const options = { cost, blockSize, parallelization: parallel, maxmem: 256 * cost * blockSize };
  return new Promise((resolve, reject) =>
    scrypt(password.normalize('NFC'), salt, hashBytes, options, (fault, hash) =>
      fault ? reject(fault) : resolve(hash),
    ),
  );
}

/** PHC strings have no padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
