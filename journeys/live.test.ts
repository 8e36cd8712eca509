import { copyFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readProcess } from '../packages/client/src/host/process-table.ts';
import { startClient } from './client-process.ts';
import { openLiveHost } from './live-host.ts';
import { apply } from './server-process.ts';

describe('a host at the live channel', () => {
  test('gets a job when it is given, says what it prints as it comes, and ends it when it is stopped', async () => {
    const live = await openLiveHost();
    const client = live.work();
    await client.says(/connected to /);
    const job = await live.ask(`echo 1; ${live.awaiting('a')}; echo 2; echo 3 >&2; ${live.awaiting('b')}`);
    const follow = live.follow();
    await follow.prints(/^1\n/);
    live.let('a');
    await follow.prints(/^1\n2\n/);
    live.let('b');
    expect(await follow.ended).toMatchObject({ code: 0, stdout: '1\n2\n' });
    await live.ends(job, 'succeeded');

    const stubborn = await live.ask(`trap '' TERM; sleep 600 & echo $!; echo $$; wait; sleep 600`);
    const [, pids = ''] = await live.follow().prints(/^(\d+\n\d+\n)/);
    expect(await live.operator.run(['jobs', 'stop', stubborn])).toMatchObject({ code: 0 });
    await live.ends(stubborn, 'stopped');
    for (const pid of pids.trim().split('\n'))
      expect(readProcess(Number(pid))?.isZombie, pid).not.toBe(false);

    const group = { name: 'g', hosts_group: 'All hosts', order: 1 };
    const commands = ['c', 'd'].map((mark, index) => ({
      name: mark,
      order: index + 1,
      interpreter: 'sh',
      command: live.marking(mark),
    }));
    await apply(live.fleet.database, JSON.stringify({ commands_groups: [{ ...group, commands }] }));
    await client.says(/"d": succeeded after .*, stored/);
    expect(live.marks()).toBe('cd');
    expect(await client.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('goes on while the wire is cut, and while the server restarts; the output is whole and nothing runs twice', async () => {
    const live = await openLiveHost();
    const client = live.work();
    await client.says(/connected to /);
    const steps = ['a', 'b', 'c'].map((name, index) => `echo ${index + 1}; ${live.awaiting(name)}`);
    const job = await live.ask(`${live.marking('x')}; ${steps.join('; ')}; echo 4`);
    await live.follow().prints(/^1\n/);
    await live.link.sever();
    await client.says(/the connection to .* ended/);
    live.let('a');
    await live.link.mend();
    await live.follow().prints(/^1\n2\n/);
    await live.fleet.restart();
    live.let('b');
    await live.follow().prints(/^1\n2\n3\n/);
    await live.link.sever();
    live.let('c');
    await client.says(/succeeded after .*, not stored/);
    await live.link.mend();
    await live.ends(job, 'succeeded');
    expect(await live.follow().ended).toMatchObject({ code: 0, stdout: '1\n2\n3\n4\n' });
    expect(live.marks()).toBe('x');
    expect(await client.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('that is killed says so when it comes back; what it had said is kept', async () => {
    const live = await openLiveHost();
    const client = live.work();
    await client.says(/connected to /);
    const job = await live.ask(`${live.marking('x')}; echo 1; ${live.awaiting('a')}`);
    await live.follow().prints(/^1\n/);
    await client.end('SIGKILL');
    live.let('a');
    const again = live.work();
    await live.ends(job, 'interrupted');
    expect(await live.follow().ended).toMatchObject({ stdout: '1\n' });
    await live.ask(live.marking('y'));
    await expect.poll(live.marks).toBe('xy');
    expect(await again.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('whose files were copied ends the copy for good', async () => {
    const live = await openLiveHost();
    const client = live.work();
    await client.says(/connected to /);
    copyFileSync(live.host.settings, live.path('copy.ini'));
    const copy = live.work(live.path('copy.ini'));
    expect(await copy.ended).toMatchObject({ code: 4 });
    const job = await live.ask('echo 1');
    await live.ends(job, 'succeeded');
    expect(await client.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  test('works over HTTP where somebody on the way lets no WebSocket through', async () => {
    const live = await openLiveHost();
    const host = await live.fleet.newHost();
    const client = startClient(['--action=run', '--settings', host.settings, '--interval', '1']);
    await client.says(/commands are fetched over HTTP meanwhile/);
    await live.operator.run(['run', '-H', '2', '--no-wait', '--', 'echo 1']);
    await client.says(/"echo 1": succeeded after .*, stored/);
    expect(await client.end('SIGTERM')).toMatchObject({ code: 0 });
  });
});
