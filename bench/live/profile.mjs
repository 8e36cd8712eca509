// What the server's threads do while jobs run, by V8's own sampling profiler.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Options of Node for a process that is to leave its profiles in this folder. */
export function profiling(folder) {
  return `--cpu-prof --cpu-prof-dir=${folder}`;
}

/** Shares of the busy time of each thread of the server, in per cent, greatest first. */
export function readProfiles(folder) {
  const profiles = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
  return Object.fromEntries(
    Object.entries(threads).map(([thread, isIt]) => {
      const found = profiles.filter(({ nodes }) => nodes.some(isIt)).map(sharesOf);
      if (found.length === 0) throw new Error(`There is no profile of the ${thread}.`);
      return [thread, found.toSorted((one, other) => other.busyMs - one.busyMs)[0]];
    }),
  );
}

const at = (path) => (node) => node.callFrame.url.endsWith(path);
const threads = {
  'main thread': at('/channel/session.js'),
  'writer thread': at('/storage/sqlite-batch.js'),
};

const kinds = [
  ['waiting', ({ functionName }) => functionName === '(idle)'],
  ['garbage collection', ({ functionName }) => functionName === '(garbage collector)'],
  ['SQLite', ({ url }) => /\/storage\/sqlite-(connection|batch|turns)\.js$/.test(url)],
  ['signatures', ({ functionName, url }) => /OneShot$/.test(functionName) || url.endsWith('crypto/sig')],
  ['AES-256-GCM', ({ url }) => url.endsWith('crypto/cipher')],
  ['hashes', ({ url }) => url.endsWith('crypto/hash')],
  ['writes to sockets', ({ functionName }) => /^write(v|Buffer|Utf8String|Latin1String)$/.test(functionName)],
  [
    'messages between threads',
    ({ functionName, url }) => functionName === 'postMessage' || /messageport|worker/.test(url),
  ],
  ["Node's streams, sockets and timers", ({ url }) => url.startsWith('node:')],
  ['the WebSocket library', ({ url }) => url.includes('/ws/lib/')],
  ['JavaScript of Remotes', ({ url }) => /\/packages\/(server|protocol)\//.test(url)],
  ['other', () => true],
];

function sharesOf({ nodes, samples, timeDeltas }) {
  const kindOf = new Map(
    nodes.map(({ id, callFrame }) => [id, kinds.find(([, isIt]) => isIt(callFrame))[0]]),
  );
  const spent = new Map();
  for (const [index, id] of samples.entries()) {
    const kind = kindOf.get(id);
    spent.set(kind, (spent.get(kind) ?? 0) + timeDeltas[index]);
  }
  spent.delete('waiting');
  const busy = [...spent.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...spent].map(([kind, time]) => ({ kind, share: (100 * time) / busy }));
  return { busyMs: busy / 1000, shares: shares.toSorted((one, other) => other.share - one.share) };
}
