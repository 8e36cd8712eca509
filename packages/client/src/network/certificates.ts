import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { trouble } from '../trouble.ts';

/** A file of PEM certificates, or a folder of such files, as `requests` takes both. */
export function readCertificates(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
    const names = readdirSync(path).filter((name) => /\.(pem|crt|cer|\d+)$/.test(name));
    return names.map((name) => readFileSync(join(path, name), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw trouble('settings', `the CA certificates in ${path} can't be read (${code})`);
  }
}
