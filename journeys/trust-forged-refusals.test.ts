import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectTo } from '../packages/server/test/storage/raw-connection.ts';
import { startClient } from './client-process.ts';
import { administer, type Database } from './server-process.ts';
import { applyPrograms, openTrustedFleet } from './trusted-fleet.ts';

// Refusals of a frame are not sealed: whoever sits in the middle makes them as he likes. None of them may cost a run.

const frames = '/sealed/messages/';
const forged = (status: number) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{"detail":"Forged."}'),
});

async function states(database: Database): Promise<string[]> {
  const runs: { command: { name: string }; state: string }[] = JSON.parse(
    await administer(database, 'runs', '--json'),
  );
  return runs.map(({ command, state }) => `${command.name} ${state}`).sort();
}

/** A program that leaves a mark each time that it runs. */
const marking = (path: string, text: string) => `open(${JSON.stringify(path)}, "a").write("${text}")`;

test.each([409, 410, 400])(
  'a claim whose answer was replaced by a forged %i costs no run: what was given is given again, and done once',
  async (status) => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    const client = startClient(
      ['--action=commands_monitor', '--settings', host.settings, '--interval=0.2'],
      {},
    );
    const idle = fleet.middle.seen.length + 4;
    await expect.poll(() => fleet.middle.seen.length).toBeGreaterThan(idle);
    let kept = 0;
    fleet.middle.meddle({
      answered: ({ path }, { body }) => {
        // The one that carries a run.
        if (path !== frames || body.length < 900 || kept > 0) return undefined;
        kept += 1;
        return forged(status);
      },
    });
    const marks = join(host.folder, 'marks');
    await applyPrograms(fleet.database, { one: marking(marks, 'x') });
    await expect.poll(() => states(fleet.database)).toEqual(['one succeeded']);
    const { stderr } = await client.end('SIGTERM');
    expect(kept).toBe(1);
    expect(await readFile(marks, 'utf8')).toBe('x');
    expect(stderr).not.toContain('fault');
  },
);

test('a forged 413 shortens nothing: the report is kept whole and delivered when nobody forges any more', async () => {
  const fleet = await openTrustedFleet();
  const host = await fleet.newHost();
  await applyPrograms(fleet.database, { big: 'print("a" * 60000)\n__RESULT__ = ["y" * 9000]' });
  fleet.middle.meddle({
    asked: ({ path, body }) => (path === frames && body.length > 5000 ? { answer: forged(413) } : undefined),
  });
  const first = await host.run('commands_process');
  expect(first.code).toBe(1);
  expect(first.stderr).toContain('takes no request of this length');
  fleet.middle.meddle({});
  expect(await host.run('commands_process')).toMatchObject({ code: 0 });
  expect(await states(fleet.database)).toEqual(['big succeeded']);
  const beside = await connectTo(fleet.database);
  const text = 'select statement from run_statements';
  const [kept] = await beside.all<{ statement: string }>({ name: undefined, text }, []);
  expect(JSON.parse(kept?.statement ?? '')).toMatchObject({
    stdout: { bytes: 60_001, cut_bytes: 0 },
    result_sha256: expect.any(String),
  });
});

test('a batch that the server’s new signing key comes between is done to its end, each run once', async () => {
  const fleet = await openTrustedFleet();
  const host = await fleet.newHost();
  const marks = join(host.folder, 'marks');
  const [go, begun] = [join(host.folder, 'go'), join(host.folder, 'begun')];
  const waiting = `import os, time\nopen(${JSON.stringify(begun)}, "w").close()\nwhile not os.path.exists(${JSON.stringify(go)}): time.sleep(0.05)`;
  await applyPrograms(fleet.database, {
    one: `${waiting}\n${marking(marks, 'a')}`,
    two: marking(marks, 'b'),
    three: marking(marks, 'c'),
  });
  const running = host.run('commands_process');
  await expect.poll(() => readFile(begun, 'utf8').catch(() => undefined)).toBe('');
  await administer(fleet.database, 'keys', 'rotate');
  await writeFile(go, '');
  const { code, stderr } = await running;
  expect(code, stderr).toBe(0);
  expect(await states(fleet.database)).toEqual(['one succeeded', 'three succeeded', 'two succeeded']);
  expect(await readFile(marks, 'utf8')).toBe('abc');
});
