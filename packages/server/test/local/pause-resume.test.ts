import { describe, expect, test } from 'vitest';
import { eachDatabase } from '../databases.ts';
import { addHosts } from '../domain/silent-hosts.ts';
import { createFleet } from '../domain/small-fleet.ts';
import { administer } from './program.ts';

describe('remotes-server pause and resume', () => {
  eachDatabase((open) => {
    test('say what is offered from then on; hosts says it too', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      await addHosts(database, {});
      await fleet.define();
      const told = 'Nothing is offered to any host until "remotes-server resume".\n';
      expect(await administer(database, 'pause')).toEqual({ status: 0, stdout: told, stderr: '' });
      expect((await administer(database, 'hosts')).stderr).toBe(told);
      expect((await administer(database, 'resume')).stdout).toBe(
        'Hosts are offered commands again.\nCommands will run on 1 host.\n',
      );
      expect((await administer(database, 'resume')).stdout).toBe('Nothing was paused.\n');
      expect((await administer(database, 'hosts')).stderr).toBe('');
      const paused = await administer(database, 'pause', '--json');
      expect(JSON.parse(paused.stdout)).toEqual({ is_paused: true, was_paused: false });
      const resumed = await administer(database, 'resume', '--json');
      expect(JSON.parse(resumed.stdout)).toEqual({
        is_paused: false,
        was_paused: true,
        will_run_on_hosts: 1,
      });
    });

    test('resume wants --yes N above confirm_above_hosts', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      await addHosts(database, ...Array.from({ length: 11 }, () => ({})));
      await fleet.define();
      await administer(database, 'pause');
      expect(await administer(database, 'resume')).toEqual({
        status: 1,
        stdout: '',
        stderr: 'Commands will run on 11 hosts. To go ahead, say --yes 11.\n',
      });
      expect(await administer(database, 'resume', '--yes', '11')).toMatchObject({ status: 0 });
    });

    test('a database that was put back by other means is another store from then on, and what it lacks is said', async () => {
      const database = await open();
      const { server } = database.storage.tables;
      const { storeId } = await server.read();
      expect(await administer(database, 'pause', '--restored')).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(
          /until "remotes-server resume"\.\nCommands that were defined since the backup .* mark those with "active: false" first\. A backup from before "keys rotate" brings the former key back: .*\n$/,
        ),
      });
      const after = await server.read();
      expect(after.isPaused).toBe(true);
      expect(after.storeId).not.toBe(storeId);
    });
  });
});
