import { randomUUID } from 'node:crypto';
import { RunState } from '@remotes/protocol/values/run';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/domain/ports.ts';
import { eachDatabase } from '../databases.ts';
import { createSealedMachine, type Ended, type Given, type SealedMachine } from './sealed-machine.ts';
import { createFleet } from './small-fleet.ts';

/**
 * What a report about the attempt that counts is answered with, and which state the run is in afterwards; a `=` means that
 * nothing of the run is changed.
 */
const ofThisAttempt = `
              started         succeeded          failed          timed_out          stopped          interrupted          refused
queued        report_illegal= stored>succeeded   stored>failed   stored>timed_out   stored>stopped   stored>interrupted   stored>refused
delivered     nothing>running stored>succeeded   stored>failed   stored>timed_out   stored>stopped   stored>interrupted   stored>refused
running       nothing=        stored>succeeded   stored>failed   stored>timed_out   stored>stopped   stored>interrupted   report_illegal=
succeeded     report_illegal= stored=            report_illegal= report_illegal=    report_illegal=  report_illegal=      report_illegal=
failed        report_illegal= report_illegal=    stored=         report_illegal=    report_illegal=  report_illegal=      report_illegal=
timed_out     report_illegal= report_illegal=    report_illegal= stored=            report_illegal=  report_illegal=      report_illegal=
stopped       report_illegal= report_illegal=    report_illegal= report_illegal=    stored=          report_illegal=      report_illegal=
interrupted   nothing=        stored>succeeded   stored>failed   stored>timed_out   stored>stopped   stored=              report_illegal=
cancelled     report_illegal= report_illegal=    report_illegal= report_illegal=    report_illegal=  report_illegal=      report_illegal=
expired       report_illegal= report_illegal=    report_illegal= report_illegal=    report_illegal=  report_illegal=      report_illegal=
refused       report_illegal= report_illegal=    report_illegal= report_illegal=    report_illegal=  report_illegal=      stored=
`;

/** An attempt that another has followed: heard, kept if it is signed and the first word, and nothing is moved. */
const ofAnOlderAttempt = {
  started: 'nothing=',
  succeeded: 'stored=',
  failed: 'stored=',
  timed_out: 'stored=',
  stopped: 'stored=',
  interrupted: 'stored=',
  refused: 'stored=',
};

/** An attempt that this host was never given. */
const ofANewerAttempt = {
  started: 'not_this_hosts_run=',
  succeeded: 'not_this_hosts_run=',
  failed: 'not_this_hosts_run=',
  timed_out: 'not_this_hosts_run=',
  stopped: 'not_this_hosts_run=',
  interrupted: 'not_this_hosts_run=',
  refused: 'not_this_hosts_run=',
};

const kinds = ['started', 'succeeded', 'failed', 'timed_out', 'stopped', 'interrupted', 'refused'] as const;
type Kind = (typeof kinds)[number];

const endings: Readonly<Record<Exclude<Kind, 'started' | 'refused'>, Ended>> = {
  succeeded: { result: '[]' },
  failed: { statement: { exit_code: 3 } },
  timed_out: { statement: { ending: 'timed_out', exit_code: null, signal: 'SIGKILL' } },
  stopped: { statement: { ending: 'stopped', exit_code: null, signal: 'SIGTERM' } },
  interrupted: { statement: { ending: 'interrupted', exit_code: null, reason: 'host_rebooted' } },
};

function report(machine: SealedMachine, kind: Kind, given: Given): Promise<string> {
  if (kind === 'started') return machine.start(given);
  if (kind === 'refused') return machine.refuse(given);
  return machine.finish(given, { stdout: 'said', ...endings[kind] });
}

describe('a report about a run in each state, of each kind, about each attempt', () => {
  eachDatabase((open) => {
    test('does what the table says, and nothing else', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const { tables } = database.storage;
      let wireNumber = 0;

      const addRun = async (state: RunState): Promise<Run> => {
        const id = randomUUID();
        wireNumber += 1;
        await database.write(async (all) => {
          const number = await all.runs.add({
            id,
            jobId: randomUUID(),
            hostId: machine.hostId,
            wireNumber,
            commandName: 'greet',
            revision: 1,
            attempt: 2,
            state,
            inputs: '{}',
            interpreter: 'python',
            deliveredAt: 1,
          });
          // Somebody's word is there already, so that a second one is not the first.
          if (state === 'interrupted') {
            await all.runs.keepStatement(number, { statement: 'first', signature: '', channelKey: '' });
          }
        });
        return (await tables.runs.byId(id))!;
      };

      const seen: Record<string, string> = {};
      const kept: Record<string, boolean> = {};
      for (const state of RunState.enum) {
        for (const kind of kinds) {
          for (const attempt of [1, 2, 3]) {
            const run = await addRun(state);
            const answer = await report(machine, kind, { run: run.id, attempt });
            const after = (await tables.runs.byId(run.id))!;
            const isSame = JSON.stringify(after) === JSON.stringify(run);
            const pair = `${state} ${kind} ${attempt}`;
            seen[pair] = `${answer}${isSame ? '=' : `>${after.state}`}`;
            const statement = await tables.runs.statement(run.number);
            kept[pair] = statement !== undefined && statement.statement !== 'first';
            const printed = await tables.outputs.chunks(run.number);
            expect(printed.length > 0, pair).toBe(!isSame && kind !== 'started' && kind !== 'refused');
          }
        }
      }
      const wanted = expectations();
      expect(seen).toEqual(wanted);
      for (const [pair, isKept] of Object.entries(kept)) {
        const [state, kind, attempt] = pair.split(' ');
        const isSigned = kind !== 'started' && kind !== 'refused' && attempt !== '3';
        const isMoved = !wanted[pair]?.endsWith('=');
        expect(isKept, `statement of ${pair}`).toBe(isSigned && (isMoved || state !== 'interrupted'));
      }
    });

    test('about a run that a restored database does not know wants the past first, stores nothing, and is good after it', async () => {
      const database = await open();
      const fleet = await createFleet(database);
      const machine = await createSealedMachine(fleet);
      const { tables } = database.storage;
      const wireNumber = await fleet.define();
      const { jobId } = (await tables.commands.list())[0]!;
      const known = randomUUID();
      await database.write((all) =>
        all.runs.add({
          id: known,
          jobId: randomUUID(),
          hostId: machine.hostId,
          wireNumber: wireNumber + 1,
          commandName: 'greet',
          revision: 1,
          attempt: 1,
          state: 'interrupted',
          inputs: '{}',
          interpreter: 'python',
          deliveredAt: 1,
        }),
      );
      await fleet.administer((all) => all.server.setStoreId(randomUUID()));
      const unknown = { run: randomUUID(), attempt: 1 };
      const newer = { run: known, attempt: 2 };
      for (const given of [unknown, newer]) {
        for (const kind of kinds) expect(await report(machine, kind, given)).toBe('past_wanted');
        const refusal = await machine.say(machine.finishedOf(given, {}));
        expect(refusal).toMatchObject([{ type: 'refusal', of: 'finished', run: given.run }]);
      }
      expect(await tables.runs.byId(unknown.run)).toBeUndefined();
      expect(await tables.runs.byId(known)).toMatchObject({ attempt: 1, state: 'interrupted' });

      const told = { job: jobId, wire_number: wireNumber, revision: 1, name: 'greet', finished_at_ms: 5 };
      const past = { ...told, ...unknown, state: 'interrupted' as const, exit_code: null };
      await machine.say({ type: 'ran', runs: [past], is_last: true });
      expect(await report(machine, 'succeeded', unknown)).toBe('stored');
      const run = (await tables.runs.byId(unknown.run))!;
      expect(run).toMatchObject({ state: 'succeeded', exitCode: 0, result: '[]' });
      expect(await tables.outputs.chunks(run.number)).not.toEqual([]);
      expect(await tables.runs.statement(run.number)).toBeDefined();
      expect(await report(machine, 'succeeded', { run: randomUUID(), attempt: 1 })).toBe(
        'not_this_hosts_run',
      );
    });
  });
});

function expectations(): Record<string, string> {
  const [header = '', ...rows] = ofThisAttempt.trim().split('\n');
  const columns = header.trim().split(/\s+/);
  const wanted: Record<string, string> = {};
  for (const row of rows) {
    const [state, ...cells] = row.trim().split(/\s+/);
    for (const [index, kind] of columns.entries()) {
      wanted[`${state} ${kind} 1`] = ofAnOlderAttempt[kind as Kind];
      wanted[`${state} ${kind} 2`] = cells[index] ?? '';
      wanted[`${state} ${kind} 3`] = ofANewerAttempt[kind as Kind];
    }
  }
  return wanted;
}
