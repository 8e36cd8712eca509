import { readFileSync } from 'node:fs';
import { root } from './sources.ts';

/** One entry of the lock file, in so far as it is looked at. */
export type LockEntry = {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
export type Lock = { packages: Record<string, LockEntry> };

export const lockFile = `${root}package-lock.json`;

export function readLock(): Lock {
  return JSON.parse(readFileSync(lockFile, 'utf8'));
}

/**
 * The packages for other platforms that the lock should name and does not, by their path in it. npm leaves out what it
 * could not look up when the lock was written, and `npm ci` then refuses the whole lock.
 */
export function missingEntries({ packages }: Lock): Map<string, LockEntry> {
  const missing = new Map<string, LockEntry>();
  for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (!/^\d/.test(version) || foundFrom(packages, path, name)?.version === version) continue;
      const top = `node_modules/${name}`;
      const isFree = !packages[top] && !missing.has(top);
      missing.set(isFree ? top : `${path}/${top}`, {
        version,
        ...(dev ? { dev } : {}),
        optional: true,
        ...platformOf(name),
      });
    }
  }
  return missing;
}

/** The entry that a package at this path would load, by Node's way of looking upwards. */
function foundFrom(packages: Lock['packages'], path: string, name: string): LockEntry | undefined {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const found = packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`];
    if (found || folder === '') return found;
    if (!folder.includes('/node_modules/')) return packages[`node_modules/${name}`];
  }
}

/** What such a package's name says of the platform that it is for. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const [, os, cpu] =
    /-(android|darwin|freebsd|linux|openharmony|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x)/.exec(name) ??
    [];
  const libc = name.includes('musl') ? 'musl' : name.includes('-gnu') ? 'glibc' : undefined;
  return {
    ...(os ? { os: [os] } : {}),
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc && os === 'linux' ? { libc: [libc] } : {}),
  };
}
