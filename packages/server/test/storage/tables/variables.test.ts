import { expect, it } from 'vitest';
import { builtOnce } from '../../../src/storage/prepared.ts';
import { eachDatabase, type OpenDatabase } from '../../databases.ts';
import { connectTo } from '../raw-connection.ts';
import { addVerifiedHost } from '../sample-rows.ts';

eachDatabase((open) => {
  it('hands out the wanted values of one host', async () => {
    const { storage, write } = await open();
    const { one, serial, owner, rack } = await write(async (tables) => {
      const { add, setValue } = tables.variables;
      const one = await addVerifiedHost(tables);
      const other = await addVerifiedHost(tables);
      const serial = await add('system', 'serial');
      const owner = await add('system', 'owner');
      const rack = await add('place', 'rack');
      for (const variable of [serial, owner]) {
        const value = { variableId: variable.id, setAt: 1, setBy: 'test' };
        await setValue({ ...value, hostId: one.id, value: `${variable.name} of one` });
        await setValue({ ...value, hostId: other.id, value: `${variable.name} of other` });
      }
      return { one, serial, owner, rack };
    });
    const { variables } = storage.tables;
    expect(await variables.list()).toEqual([serial, owner, rack]);
    expect(await variables.valuesOfHost(one.id, [])).toEqual([]);
    expect(await variables.valuesOfHost(one.id, [rack.id, serial.id])).toEqual([
      { variableId: serial.id, value: 'serial of one' },
    ]);
    expect(await variables.valuesOfHost(one.id, [serial.id, owner.id])).toHaveLength(2);
    expect(await variables.values()).toHaveLength(4);
  });

  it('keeps what a value was before, who had set it, and who replaced it', async () => {
    const database = await open();
    const { variableId, hostId } = await hostWithVariable(database);
    const set = (value: string, setAt: number, setBy: string) =>
      database.write(({ variables }) => variables.setValue({ variableId, hostId, value, setAt, setBy }));
    await set('first', 10, 'run 1');
    await set('second', 20, 'run 2');
    await database.write(({ variables }) => variables.removeValue(variableId, hostId, 30, 'apply'));
    expect(await database.storage.tables.variables.values()).toEqual([]);
    expect(await history(database)).toMatchObject([
      { value: 'first', set_at: 10, set_by: 'run 1', replaced_at: 20, replaced_by: 'run 2' },
      { value: 'second', set_at: 20, set_by: 'run 2', replaced_at: 30, replaced_by: 'apply' },
    ]);
  });

  it('writes nothing when the value stays the same', async () => {
    const database = await open();
    const { variableId, hostId } = await hostWithVariable(database);
    const set = (setAt: number) =>
      database.write(({ variables }) =>
        variables.setValue({ variableId, hostId, value: 'same', setAt, setBy: `run ${setAt}` }),
      );
    await set(10);
    await set(20);
    expect(await database.storage.tables.variables.values()).toMatchObject([{ setAt: 10, setBy: 'run 10' }]);
    expect(await history(database)).toEqual([]);
  });

  it('removes a value that is not there without a word in the history', async () => {
    const database = await open();
    const { variableId, hostId } = await hostWithVariable(database);
    await database.write(({ variables }) => variables.removeValue(variableId, hostId, 30, 'apply'));
    expect(await history(database)).toEqual([]);
  });

  it('takes values and history with a variable that is removed', async () => {
    const database = await open();
    const { variableId, hostId } = await hostWithVariable(database);
    await database.write(async ({ variables }) => {
      await variables.setValue({ variableId, hostId, value: 'a', setAt: 1, setBy: 'test' });
      await variables.setValue({ variableId, hostId, value: 'b', setAt: 2, setBy: 'test' });
      await variables.remove(variableId);
    });
    expect(await database.storage.tables.variables.values()).toEqual([]);
    expect(await history(database)).toEqual([]);
  });
});

function hostWithVariable({ write }: OpenDatabase) {
  return write(async (tables) => ({
    hostId: (await addVerifiedHost(tables)).id,
    variableId: (await tables.variables.add('system', 'serial')).id,
  }));
}

async function history(database: OpenDatabase) {
  const connection = await connectTo(database);
  return builtOnce(connection, (db) => db.selectFrom('variable_value_history').selectAll().orderBy('id'));
}
