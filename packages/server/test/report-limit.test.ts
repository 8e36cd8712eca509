import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { signFor } from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from './databases.ts';
import { administer, startProgram } from './local/program.ts';
import { openSealedHost } from './sealed-host.ts';

test.each([[[]], [['--body-limit-bytes', '200000']]])(
  'a report as large as the welcome allows is taken by a server that was started with %j',
  async (options) => {
    const place = await createDatabase('sqlite');
    onTestFinished(place.remove);
    const server = startProgram(place, 'start', '--port', '0', ...options);
    const { url } = JSON.parse(await server.line(/"url":/)) as { url: string };
    const host = await openSealedHost(url);
    await host.enter((await administer(place, 'registration_token')).stdout.trim());
    const commands = [
      { name: 'first', command: 'print()' },
      { name: 'second', command: 'print()' },
    ];
    const file = join(place.dataFolder, 'fleet.json');
    const groups = [{ name: 'Base', hosts_group: 'All hosts', commands }];
    writeFileSync(file, JSON.stringify({ commands_groups: groups }));
    expect(await administer(place, 'apply', file, '--yes', '1')).toMatchObject({ status: 0 });

    const facts = { hostname: 'h', os: 'linux', os_release: '6', architecture: 'x64', client_version: '1' };
    const journal = { id: randomUUID(), is_intact: true };
    const said = { type: 'hello', capability: 1, facts, boot: 'boot', journal, held: [] };
    const [welcome] = await host.tell(said);
    if (welcome?.type !== 'welcome') throw new Error('That is no welcome.');
    await host.tell({ type: 'ran', runs: [], is_last: true });
    const limit = welcome.report_limit_bytes ?? 0;
    await expect
      .poll(async () => (await host.tell({ type: 'commands_list' }))[0])
      .toMatchObject({
        results: [{}, {}],
      });
    const [first, second] = await host.tell({ type: 'claim', limit: 2 });
    if (first?.type !== 'run' || second?.type !== 'run') throw new Error('Two runs were expected.');

    const report = ({ run, attempt }: { run: string; attempt: number }, bytes: number) => {
      const data = Buffer.alloc(bytes, 'x');
      const statement = canonicalJson({
        version: 1,
        server: host.session.proof.server,
        run,
        attempt,
        ending: 'exited',
        exit_code: 0,
        signal: null,
        reason: null,
        message: 'm'.repeat(2_000),
        started_at_ms: 1,
        duration_ms: 1,
        result_sha256: null,
        stdout: { bytes, sha256: sha256Hex(data), cut_bytes: 0 },
        stderr: { bytes: 0, sha256: sha256Hex(''), cut_bytes: 0 },
      });
      const signature = signFor('result', host.keys.channel, statement);
      return [
        { message: { type: 'output', run, attempt, stream: 'stdout', chunk: 0 }, data },
        { type: 'finished', run, attempt, statement, signature, result: null },
      ];
    };
    expect(await host.tell(...report(first, limit))).toMatchObject([{ type: 'stored', run: first.run }]);
    // What is kept free for head and messages is not much more than they need.
    expect((await host.say(...report(second, limit + 64 * 1024))).status).toBe(413);
  },
);
