// `npm run lock`: names in package-lock.json what npm left out of it (see lock.ts).
import { writeFileSync } from 'node:fs';
import { lockFile, missingEntries, readLock } from './lock.ts';

const lock = readLock();
const missing = missingEntries(lock);
const all = [...Object.entries(lock.packages), ...missing].sort(([one], [other]) => (one < other ? -1 : 1));
writeFileSync(lockFile, `${JSON.stringify({ ...lock, packages: Object.fromEntries(all) }, null, 2)}\n`);
console.log(
  missing.size === 0 ? 'The lock was complete.' : `Named ${missing.size} packages for other platforms.`,
);
