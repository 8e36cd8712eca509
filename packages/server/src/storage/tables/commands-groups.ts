import type { CommandsGroup, CommandsGroupsTable } from '../../domain/ports.ts';
import { changer } from '../change.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';

type NewGroup = Omit<CommandsGroup, 'id'>;
type Flags<Group> = Omit<Group, 'isActive' | 'stopOnFailure'> & { isActive: number; stopOnFailure: number };

const list = prepared((db) =>
  db
    .selectFrom('commands_groups')
    .select([
      'id',
      'name',
      'hosts_group_id as hostsGroupId',
      'position',
      'after_at as afterAt',
      'before_at as beforeAt',
      'is_active as isActive',
      'stop_on_failure as stopOnFailure',
    ])
    .orderBy('position')
    .orderBy('id'),
);
const add = prepared((db, given: Flags<NewGroup>) =>
  db
    .insertInto('commands_groups')
    .values({
      name: given.name,
      hosts_group_id: given.hostsGroupId,
      position: given.position,
      after_at: given.afterAt,
      before_at: given.beforeAt,
      is_active: given.isActive,
      stop_on_failure: given.stopOnFailure,
    })
    .returning('id'),
);
const change = changer('commands_groups', 'id', {
  name: 'name',
  hostsGroupId: 'hosts_group_id',
  position: 'position',
  afterAt: 'after_at',
  beforeAt: 'before_at',
  isActive: 'is_active',
  stopOnFailure: 'stop_on_failure',
});
const removePending = prepared((db, given: { id: number }) =>
  db
    .deleteFrom('pending')
    .where('wire_number', 'in', (inner) =>
      inner.selectFrom('commands').select('id').where('commands_group_id', '=', given.id),
    ),
);
const remove = prepared((db, given: { id: number }) =>
  db.deleteFrom('commands_groups').where('id', '=', given.id),
);

export function commandsGroupsTable(connection: Connection): CommandsGroupsTable {
  return Object.freeze({
    async list() {
      return (await list.all(connection, {})).map((row) => ({
        ...row,
        isActive: row.isActive === 1,
        stopOnFailure: row.stopOnFailure === 1,
      }));
    },
    async add(group: NewGroup) {
      const { isActive, stopOnFailure } = group;
      const row = { ...group, isActive: Number(isActive), stopOnFailure: Number(stopOnFailure) };
      const added = await add.first(connection, row);
      if (!added) throw new Error('A commands group that was added is not there.');
      return { ...group, id: added.id };
    },
    change: (id: number, changes: Partial<NewGroup>) => change(connection, id, changes),
    async remove(id: number) {
      await removePending.run(connection, { id });
      await remove.run(connection, { id });
    },
  });
}
