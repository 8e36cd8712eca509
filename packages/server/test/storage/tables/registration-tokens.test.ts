import { expect, it } from 'vitest';
import { eachDatabase } from '../../databases.ts';

const token = {
  secretHash: 'hash',
  sealed: 'sealed',
  createdAt: 100,
  expiresAt: 200,
  uses: 3,
  mustApprove: true,
};

eachDatabase((open) => {
  it('keeps a token with the groups that its hosts join', async () => {
    const { storage, write } = await open();
    const { id, groups } = await write(async ({ hostsGroups, registrationTokens }) => {
      const groups = [await hostsGroups.add('Web', true), await hostsGroups.add('Db', true)].map(
        ({ id }) => id,
      );
      return { groups, id: await registrationTokens.add(token, [...groups, ...groups]) };
    });
    const { registrationTokens } = storage.tables;
    expect(await registrationTokens.bySecretHash('hash')).toEqual({
      ...token,
      id,
      verifiedCount: 0,
      revokedAt: null,
    });
    expect(await registrationTokens.hostsGroupIds(id)).toEqual(groups);
    expect(await registrationTokens.bySecretHash('another')).toBeUndefined();
  });

  it('counts the hosts that verified with it', async () => {
    const { storage, write } = await open();
    const id = await write(({ registrationTokens }) => registrationTokens.add(token, []));
    await write(({ registrationTokens }) => registrationTokens.countVerified(id));
    await write(({ registrationTokens }) => registrationTokens.countVerified(id));
    expect(await storage.tables.registrationTokens.list()).toMatchObject([{ verifiedCount: 2 }]);
  });

  it('is revoked once: a second time changes nothing', async () => {
    const { storage, write } = await open();
    const id = await write(({ registrationTokens }) => registrationTokens.add(token, []));
    await write(({ registrationTokens }) => registrationTokens.revoke(id, 150));
    await write(({ registrationTokens }) => registrationTokens.revoke(id, 160));
    expect(await storage.tables.registrationTokens.list()).toMatchObject([{ revokedAt: 150 }]);
  });
});
