import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../packages/server/test/databases.ts';
import { runClient } from './client-process.ts';
import { administer, makeToken, startServer } from './server-process.ts';
import { makeFolder } from './temporary-folder.ts';
import { applyPrograms } from './trusted-fleet.ts';

const written = 10_000_000;
/** What the client sends at most of one stream. */
const kept = 5 * 1024 * 1024;

/** Ten million bytes on each stream, told apart by their letters, their ends by others. */
const flood = `import sys
for stream, letter in (sys.stdout, 'o'), (sys.stderr, 'e'):
    stream.write('BEGIN' + letter * (${written} - 8) + 'END')
    stream.flush()
`;

test('ten megabytes on each stream reach a server with TLS sealed, beginning and end whole, and what is missing is told', async () => {
  const database = await createDatabase('sqlite');
  onTestFinished(database.remove);
  const server = await startServer(database, {
    args: ['--tls', 'self', '--output-limit-bytes', String(2 * kept)],
  });
  onTestFinished(async () => {
    await server.kill();
  });
  const folder = makeFolder();
  const certificate = join(database.dataFolder, 'tls-cert.pem');
  const env = { SSL_CERT_FILE: certificate, REMOTES_TOKEN: await makeToken(database) };
  const ask = (action: string, ...more: readonly string[]) =>
    runClient([`--action=${action}`, '--settings', join(folder, 'host.ini'), ...more], { env });
  const keys = ['--private_key', join(folder, 'key'), '--public_key', join(folder, 'key.pub')];
  expect(await ask('new_host', '--url', server.url, ...keys)).toMatchObject({ code: 0 });
  await applyPrograms(database, { flood });
  expect(await ask('commands_process')).toMatchObject({ code: 0 });

  const [run] = JSON.parse(await administer(database, 'runs', '--json'));
  expect(run).toMatchObject({ state: 'succeeded', exit_code: 0 });
  const output = JSON.parse(await administer(database, 'output', String(run.number), '--json'));
  // Where the client left out the middle it says so in the stream, which counts too.
  expect(output.output_bytes).toBeGreaterThanOrEqual(2 * written);
  expect(output.output_bytes).toBeLessThan(2 * written + 1_000);
  expect(output.output_cut_bytes).toBeGreaterThan(written / 2);
  for (const [text, letter] of [
    [output.stdout, 'o'],
    [output.stderr, 'e'],
  ] as const) {
    expect(text.startsWith(`BEGIN${letter}`)).toBe(true);
    expect(text.endsWith(`${letter}END`)).toBe(true);
    expect(text.length).toBeGreaterThan(kept / 2);
    expect(text.length).toBeLessThanOrEqual(kept + 1_000);
  }
});
