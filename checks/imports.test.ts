import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Import, importsOf, packageOf, root, sourceFiles, targetOf } from './sources.ts';

/** Who may import whom. A room is a folder or a file; the longest match counts. `packages` are npm packages. */
type Room = {
  /** Rooms of the same package, and subpaths of other packages of ours. */
  readonly may: readonly string[];
  readonly packages: readonly string[];
  /** Node's own modules: all, or these. */
  readonly node: 'any' | readonly string[];
  readonly reason: string;
};

const protocol = '@remotes/protocol/';
const rooms: Readonly<Record<string, Room>> = {
  'packages/protocol/src/': {
    may: ['packages/protocol/src/'],
    packages: ['typebox'],
    node: [],
    reason: 'the protocol says what may be said: it knows the schema library and nothing else',
  },
  'packages/protocol/src/crypto/': {
    may: ['packages/protocol/src/crypto/', 'packages/protocol/src/values/'],
    packages: [],
    node: ['node:crypto', 'node:buffer', 'node:util'],
    reason: 'nothing else touches a key, and keys touch nothing else',
  },
  'packages/server/src/domain/': {
    may: ['packages/server/src/domain/', protocol],
    packages: ['uuid'],
    node: ['node:crypto'],
    reason: 'the mind knows no door, no memory, no driver: it asks through ports that it declares itself',
  },
  'packages/server/src/domain/jobs/': {
    may: ['packages/server/src/domain/', protocol],
    packages: ['uuid', 'diff'],
    node: ['node:crypto'],
    reason:
      'jobs are of the mind; what differs between outputs is compared by a library that touches nothing else',
  },
  'packages/server/src/domain/accounts/': {
    may: ['packages/server/src/domain/', protocol],
    packages: ['otpauth', '@simplewebauthn/server'],
    node: ['node:crypto'],
    reason:
      'accounts stand on well-kept libraries for codes and passkeys, which only compute; else as the mind',
  },
  'packages/server/src/domain/api/': {
    may: ['packages/server/src/domain/', protocol],
    packages: ['uuid', 'diff'],
    node: [],
    reason: 'what is answered to operators is put into words here, and decided elsewhere',
  },
  'packages/server/src/domain/fleet-file/': {
    may: ['packages/server/src/domain/', protocol],
    packages: ['yaml'],
    node: [],
    reason: 'a fleet file comes as text, over the API as from the machine itself',
  },
  'packages/server/src/storage/': {
    may: [
      'packages/server/src/storage/',
      'packages/server/src/domain/',
      'packages/server/src/crash-point.ts',
      `${protocol}values/`,
      `${protocol}errors`,
    ],
    packages: ['kysely', 'pg', 'better-sqlite3'],
    node: 'any',
    reason: 'the memory serves the ports of the mind and knows no door',
  },
  'packages/server/src/storage/migrations/': {
    may: ['packages/server/src/storage/migrations/'],
    packages: ['kysely'],
    node: [],
    reason: 'a migration is frozen once landed: it may stand on nothing that changes',
  },
  'packages/server/src/http/': {
    may: [
      'packages/server/src/http/',
      'packages/server/src/domain/',
      'packages/server/src/crash-point.ts',
      protocol,
    ],
    packages: ['fastify', 'pino', 'typebox'],
    node: 'any',
    reason: 'the door translates and asks the mind; it never reaches into the memory',
  },
  'packages/server/src/channel/': {
    may: [
      'packages/server/src/channel/',
      'packages/server/src/domain/',
      'packages/server/src/crash-point.ts',
      protocol,
    ],
    packages: ['ws', 'pino', 'typebox'],
    node: 'any',
    reason:
      'the live channel is a door beside http/: it asks the mind and knows neither the memory nor the other door',
  },
  'packages/server/src/metrics/': {
    may: [
      'packages/server/src/metrics/',
      'packages/server/src/domain/',
      'packages/server/src/http/door.ts',
      'packages/server/src/channel/door.ts',
    ],
    packages: ['prom-client', 'pino'],
    node: ['node:http', 'node:net'],
    reason: 'numbers are read from the mind, and told on an address of their own',
  },
  'packages/server/src/local/': {
    may: [
      'packages/server/src/local/',
      'packages/server/src/domain/',
      'packages/server/src/storage/open.ts',
      'packages/server/src/storage/backup.ts',
      'packages/server/src/storage/restore.ts',
      'packages/server/src/storage/erase-server-state.ts',
      'packages/server/src/storage/data-folder.ts',
      'packages/server/src/config.ts',
      'packages/server/src/app.ts',
      'packages/server/src/crash-point.ts',
      'packages/server/src/main.ts',
      'packages/server/src/password-strength.ts',
      protocol,
    ],
    packages: ['yaml', 'pino', 'typebox'],
    node: 'any',
    reason: 'local administration is a door: it opens the memory and leaves the statements to it',
  },
  'packages/server/src/': {
    may: ['packages/server/src/', protocol],
    packages: ['pino', 'selfsigned', 'better-sqlite3', '@zxcvbn-ts/core', '@zxcvbn-ts/language-common'],
    node: 'any',
    reason: 'only the files at the top know every room',
  },
  'packages/client/src/host/': {
    may: ['packages/client/src/host/', `${protocol}values/`],
    packages: [],
    node: 'any',
    reason: 'the machine room knows no network, no agent and no action',
  },
  'packages/client/src/network/web-socket.ts': {
    may: ['packages/client/src/network/', 'packages/client/src/trouble.ts'],
    packages: ['ws'],
    node: 'any',
    reason:
      'one file fits the library to what a session needs, and is loaded by nobody else than who needs it',
  },
  'packages/client/src/': {
    may: ['packages/client/src/', protocol],
    packages: [],
    node: 'any',
    reason: 'every host installs the client: few dependencies',
  },
  'packages/cli/src/': {
    may: ['packages/cli/src/', protocol],
    packages: [],
    node: 'any',
    reason: 'the command line knows the contract of the API and nothing of the server',
  },
};

/** Edges that the table above would allow and that must not be. */
const forbidden: readonly { from: RegExp; to: RegExp; reason: string }[] = [
  {
    from: /^packages\/cli\/src\/(api|folder|screen)\//,
    to: /^packages\/cli\/src\/(commands|run)\//,
    reason: 'calls, files and the screen know nothing of what they are used for',
  },
  {
    from: /^packages\/client\/src\/(?!main|config)/,
    to: /^packages\/client\/src\/main/,
    reason: 'nothing imports the program itself',
  },
  {
    from: /^packages\/client\/src\/agent\//,
    to: /^packages\/client\/src\/actions\//,
    reason: 'actions use the agent, never the other way round',
  },
  {
    from: /^packages\/client\/src\/session\//,
    to: /^packages\/client\/src\/(agent|actions|host)\//,
    reason: 'sessions carry messages and know nothing of what they are used for',
  },
  {
    from: /^packages\/client\/src\/(network|files)\//,
    to: /^packages\/client\/src\/(agent|actions|host|session)\//,
    reason: 'the network and the files know nothing of what they are used for',
  },
];

const files = sourceFiles();

describe('who may import whom', () => {
  test.each(files)('%s keeps to its room', (file) => {
    expect(importsOf(file).flatMap(complaintsAbout)).toEqual([]);
  });

  test('the table is read: a forbidden import is told with its reason', () => {
    const edge: Import = {
      from: 'packages/server/src/domain/offer.ts',
      specifier: '../storage/open.ts',
      isTypeOnly: false,
    };
    expect(complaintsAbout(edge)).toEqual([
      expect.stringContaining('the mind knows no door, no memory, no driver'),
    ]);
  });

  test('only the configuration of a program reads the environment', () => {
    const readers = files.filter((file) => /\bprocess\.env\b/.test(readFileSync(`${root}${file}`, 'utf8')));
    // A program that runs on a host inherits the client's environment; nothing is read from it there.
    expect(readers.filter((file) => !/\/(main|config|host\/environment)\.ts$/.test(file))).toEqual([]);
  });

  test('the mind is handed the clock', () => {
    const readers = files
      .filter((file) => file.startsWith('packages/server/src/domain/'))
      .filter((file) =>
        /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(/.test(readFileSync(`${root}${file}`, 'utf8')),
      );
    expect(readers).toEqual([]);
  });
});

function complaintsAbout(edge: Import): string[] {
  const room = roomOf(edge.from);
  if (!room) return [`${edge.from} stands in no room of the table in checks/imports.test.ts`];
  const target = targetOf(edge) ?? edge.specifier;
  const complaint = (reason: string) => [`${edge.from} imports ${edge.specifier}: ${reason}`];
  const special = forbidden.find(({ from, to }) => from.test(edge.from) && to.test(target));
  if (special) return complaint(special.reason);
  if (target.startsWith('node:')) {
    return room.node === 'any' || room.node.includes(target) ? [] : complaint(room.reason);
  }
  if (room.may.some((allowed) => target.startsWith(allowed))) return [];
  return room.packages.includes(packageOf(target)) ? [] : complaint(room.reason);
}

function roomOf(file: string): Room | undefined {
  const name = Object.keys(rooms)
    .filter((room) => file.startsWith(room))
    .sort((one, other) => other.length - one.length)[0];
  return name === undefined ? undefined : rooms[name];
}
