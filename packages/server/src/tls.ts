import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { StartConfig } from './config.ts';
import { startProblem } from './domain/start-problem.ts';
import { makeDataFolder } from './storage/data-folder.ts';

export type Certificate = {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate, as browsers and openssl show it. */
  readonly fingerprint: string;
  readonly file: string;
};

/** The certificate to serve with: the given one, or one of our own making that stays the same from start to start. */
export async function obtainCertificate(config: StartConfig): Promise<Certificate | undefined> {
  if (config.tls === undefined) return undefined;
  if (config.tls !== 'self') return read(config.tls.certFile, config.tls.keyFile);
  const certFile = join(config.dataFolder, 'tls-cert.pem');
  const keyFile = join(config.dataFolder, 'tls-key.pem');
  if (!existsSync(certFile) || !existsSync(keyFile)) {
    makeDataFolder(config.dataFolder);
    await make(config.host, certFile, keyFile);
  }
  return read(certFile, keyFile);
}

async function read(certFile: string, keyFile: string): Promise<Certificate> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256, file: certFile };
  } catch (trouble) {
    throw startProblem(
      `The certificate cannot be read from ${certFile} and ${keyFile}: ${(trouble as Error).message}.`,
      trouble,
    );
  }
}

const years = 10;

async function make(host: string, certFile: string, keyFile: string): Promise<void> {
  // Loaded here: most servers never make a certificate.
  const { generate } = await import('selfsigned');
  const notAfterDate = new Date();
  notAfterDate.setFullYear(notAfterDate.getFullYear() + years);
  const names = ['localhost', hostname(), host].filter((name) => !/^[\d.]+$|:/.test(name));
  const addresses = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  const made = await generate([{ name: 'commonName', value: hostname() }], {
    keyType: 'ec',
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...[...new Set(names)].map((value) => ({ type: 2 as const, value })),
          ...addresses.filter((ip) => !ip.includes('%')).map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  await writeWhole(keyFile, made.private, 0o600);
  await writeWhole(certFile, made.cert, 0o644);
}

async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const beside = `${file}.new`;
  try {
    await writeFile(beside, text, { mode });
    await rename(beside, file);
  } catch (trouble) {
    // What is half written would only take space; the trouble to tell of is the first one.
    await rm(beside, { force: true }).catch(() => {});
    throw startProblem(
      `The TLS certificate cannot be written: ${(trouble as Error).message}. Check the data folder, or name another with --data.`,
      trouble,
    );
  }
}
