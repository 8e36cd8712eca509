import { sealFernet } from '@remotes/protocol/crypto/fernet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eachDatabase } from '../packages/server/test/databases.ts';
import { enrolHost, fetchCommand, listedCommands } from './enrolled-host.ts';
import { createRandom } from './seeded-random.ts';
import { apply, makeToken, startServer } from './server-process.ts';
import { openWire } from './wire.ts';

const random = createRandom(20_261_123);
const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

/** What a program may print and return, wanted or not. */
const results: readonly (string | Buffer)[] = [
  ...[
    '',
    ' ',
    '[]',
    '[null]',
    '{}',
    'null',
    '"text"',
    '5',
    'NaN',
    '[NaN, Infinity, -Infinity]',
    '[-0, -0.0, 1e400]',
  ],
  ...[
    '["\\u0000"]',
    '["a\\u0000b", "\\ud800", "\\udc00\\ud800"]',
    '[{"\\u0000": "\\u0000"}]',
    '\0',
    'Traceback\0',
    '\ufeff[1]',
  ],
  ...[
    '[1',
    '[1,]',
    '[1] ',
    ' \n[1]\n\n',
    '[1][2]',
    '[1]\n[2]',
    'warning: [1]\n[\n  2\n]',
    ']',
    '[[[',
    `${'['.repeat(50)}`,
  ],
  ...[
    `[${'9'.repeat(20_000)}]`,
    `[1e${'9'.repeat(300)}]`,
    `[0.${'1'.repeat(20_000)}]`,
    `["${'é'.repeat(50_000)}"]`,
  ],
  ...[
    deep(50),
    deep(2_000),
    deep(100_000),
    `{"a":`.repeat(50_000),
    `x ${deep(20_000)}`,
    '[1],'.repeat(20_000),
    '"['.repeat(20_000),
  ],
  ...[`[${'{"a":1},'.repeat(5_000)}1]`, JSON.stringify(Array.from({ length: 20_000 }, (_, index) => index))],
  ...[
    '[{"__proto__": {"a": 1}}]',
    "['python', None, True]",
    '[true, false, null, 1.0, 1e16, {"a": [1, null]}]',
  ],
  ...[
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from('["\xff"]', 'latin1'),
    random.bytes(5_000),
  ],
];

describe('results of every kind', () => {
  eachDatabase((open) => {
    test('are stored once, whole, and without a fault', async () => {
      const database = await open();
      const server = await startServer(database);
      onTestFinished(async () => {
        await server.kill();
      });
      const wire = openWire(server.url);
      const host = await enrolHost(wire, await makeToken(database));
      await apply(database, fleetOf(results.length));
      for (const [index, id] of (await listedCommands(wire, host)).entries()) {
        await fetchCommand(wire, host, id);
        const result = results[index] ?? '';
        const body = {
          output: sealFernet(host.uuidKey, Buffer.from(result)),
          result: sealFernet(host.uuidKey, result),
          ending: sealFernet(host.uuidKey, random.pick(['', 'null', '{}', '{"ending":"odd"}', '\0'])),
        };
        const path = `/api/v1/commands/post/${id}/`;
        const startedAt = performance.now();
        const answer = await wire.ask({ method: 'POST', path, token: host.token, body });
        expect(answer.status, `${String(result).slice(0, 100)} → ${answer.text}`).toBe(201);
        expect(performance.now() - startedAt, String(result).slice(0, 100)).toBeLessThan(2_000);
        const run = await database.storage.tables.runs.byNumber(answer.json.results.id);
        expect(run?.state).toMatch(/succeeded|failed/);
        const chunks = await database.storage.tables.outputs.chunks(run?.number ?? 0);
        const stdout = Buffer.concat(
          chunks.filter(({ stream }) => stream === 'stdout').map(({ bytes }) => bytes),
        );
        expect(stdout.equals(Buffer.from(result)), 'its bytes as they came').toBe(true);
      }
      expect(await listedCommands(wire, host)).toEqual([]);
    }, 60_000);
  });
});

function fleetOf(count: number): string {
  const commands = Array.from({ length: count }, (_, index) => ({
    name: `c${index}`,
    order: index,
    output_variables: ['first', 'second'],
    command: 'print(1)',
  }));
  const variables = ['first', 'second'].map((name) => ({ category: 'odd', name }));
  return JSON.stringify({
    variables,
    commands_groups: [{ name: 'all', hosts_group: 'All hosts', order: 1, commands }],
  });
}
