import type { Setting, SettingsTable } from '../../domain/ports.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

type StoredSetting = Omit<Setting, 'isSecret' | 'isActive'> & { isSecret: number; isActive: number };

const list = prepared((db) =>
  db
    .selectFrom('settings')
    .select(['name', 'value', 'description', 'is_secret as isSecret', 'is_active as isActive'])
    .orderBy('name'),
);
const put = prepared((db, given: StoredSetting) => {
  const said = {
    value: given.value,
    description: given.description,
    is_secret: given.isSecret,
    is_active: given.isActive,
  };
  return db
    .insertInto('settings')
    .values({ name: given.name, ...said })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(said));
});
const remove = prepared((db, given: { name: string }) =>
  db.deleteFrom('settings').where('name', '=', given.name),
);

export function settingsTable(connection: Connection): SettingsTable {
  return Object.freeze({
    async list() {
      return (await list.all(connection, {})).map((row) => ({
        ...row,
        isSecret: row.isSecret === 1,
        isActive: row.isActive === 1,
      }));
    },
    async put(setting: Setting) {
      const { isSecret, isActive } = setting;
      await put.run(connection, { ...setting, isSecret: Number(isSecret), isActive: Number(isActive) });
    },
    async remove(name: string) {
      await remove.run(connection, { name });
    },
  });
}
