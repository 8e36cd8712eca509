import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { administer, apply } from './server-process.ts';
import { openTrustedFleet } from './trusted-fleet.ts';

const messages = '/sealed/messages/';

test('a frame that somebody in the middle held back, forging a 410, runs nothing twice when he brings it later', async () => {
  const { database, middle, newHost } = await openTrustedFleet();
  const host = await newHost();
  await host.run('commands_process');
  const mark = join(host.folder, 'mark');
  const command = `import time\nopen(${JSON.stringify(mark)}, "a").write("ran ")\ntime.sleep(3)`;
  const commands = [{ name: 'once', order: 1, command, attempts: 2 }];
  const group = { name: 'g', hosts_group: 'All hosts', order: 1, commands };
  await apply(database, JSON.stringify({ commands_groups: [group] }));

  let heldBack: Parameters<typeof middle.ask>[0] | undefined;
  let late: Promise<{ readonly status: number }> | undefined;
  middle.meddle({
    asked(asked) {
      if (asked.path !== messages || heldBack !== undefined) return undefined;
      heldBack = asked;
      return { answer: { status: 410, headers: {}, body: Buffer.from('{"detail":"ended"}') } };
    },
    answered({ path }) {
      // While the program runs: the first has said that it started, so that nothing is held back from the server now.
      if (path === messages && heldBack && existsSync(mark)) late ??= middle.ask(heldBack);
      return undefined;
    },
  });
  expect((await host.run('commands_process')).code).toBe(0);
  expect((await late)?.status).toBe(410);
  middle.meddle({});
  expect((await host.run('commands_process')).code).toBe(0);
  expect(readFileSync(mark, 'utf8')).toBe('ran ');
  expect(JSON.parse(await administer(database, 'runs', '--json'))).toMatchObject([
    { state: 'succeeded', attempt: 1 },
  ]);
});
