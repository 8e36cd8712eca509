import { newMasterKeyText, readMasterKey } from '@remotes/protocol/crypto/seal';
import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { type ApplyManner, type ApplyOutcome, applyFleet } from '../../src/domain/fleet-apply.ts';
import { type ExportRequest, exportFleet } from '../../src/domain/fleet-export.ts';
import { readFleetState } from '../../src/domain/fleet-state.ts';
import type { Host } from '../../src/domain/ports.ts';
import type { OpenDatabase } from '../databases.ts';
import { sampleRun } from '../storage/sample-rows.ts';
import { tester } from './tester.ts';

export type Applier = ReturnType<typeof createApplier>;

/** Applies files to a real database, at a time that the test chooses. */
export function createApplier({ storage, write }: OpenDatabase) {
  const masterKey = readMasterKey(newMasterKeyText());
  if (!masterKey) throw new Error('A new master key cannot be read.');
  let now = Date.parse('2026-01-01T00:00:00Z');
  return {
    masterKey,
    setTime(text: string) {
      now = Date.parse(text);
    },
    apply(file: FleetFile, manner: Partial<ApplyManner> = {}): Promise<ApplyOutcome> {
      const usual = { by: tester, isPruning: false, agreedHosts: null, mayApply: true, show() {} };
      return applyFleet({ storage, masterKey, clock: () => now }, file, { ...usual, ...manner });
    },
    /** What a file would say is wrong, as sentences. */
    async problems(file: FleetFile): Promise<string[]> {
      const { preview } = await this.apply(file, { mayApply: false });
      return preview.problems.map(({ sentence }) => sentence);
    },
    export: (request: Partial<ExportRequest> = {}) =>
      exportFleet(storage.tables, { withoutHosts: false, withSavedValues: false, ...request }),
    /** Everything that applying could change. */
    async everything() {
      const { tables } = storage;
      const { hosts, memberIds, ...state } = await readFleetState(tables);
      const pending = await Promise.all(hosts.map(({ id }) => tables.pending.ofHost(id)));
      return {
        ...state,
        members: [...memberIds].map(([id, members]) => [id, [...members]]),
        values: await tables.variables.values(),
        pending: hosts.map(({ name }, index) => [name, pending[index]]),
        epoch: await tables.server.epoch(),
      };
    },
    async commandNamed(name: string) {
      const found = (await storage.tables.commands.list()).find((command) => command.name === name);
      if (!found) throw new Error(`There is no command ${name}.`);
      return found;
    },
    /** The host has run it, with this end. */
    run(host: Host, wireNumber: number, state: 'succeeded' | 'failed' = 'succeeded') {
      return write(async (tables) => {
        await tables.pending.remove(host.id, wireNumber);
        const number = await tables.runs.add(sampleRun(host.id, wireNumber, { state }));
        const command = (await tables.commands.list()).find(({ id }) => id === wireNumber);
        if (state === 'failed' && command) {
          await tables.runs.hold(host.id, command.commandsGroupId, number);
        }
      });
    },
    async pendingOf(host: Host): Promise<string[]> {
      const names = new Map((await storage.tables.commands.list()).map(({ id, name }) => [id, name]));
      return (await storage.tables.pending.ofHost(host.id)).map((id) => names.get(id) ?? String(id));
    },
  };
}
