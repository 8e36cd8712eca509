import type { Run } from '../packages/server/src/domain/ports.ts';
import type { OpenDatabase } from '../packages/server/test/databases.ts';
import type { ChaosHost } from './chaos-host.ts';
import { printedBy } from './chaos-program.ts';
import { until } from './until.ts';

export type Verdict = {
  /** Must be empty. A sentence for each thing that must not be. */
  readonly complaints: readonly string[];
  readonly runs: readonly Run[];
  readonly states: string;
  readonly acknowledged: number;
};

/** Waits until everything has ended, and looks whether it did as it must. */
export async function judge(
  { storage }: Pick<OpenDatabase, 'storage'>,
  hosts: readonly ChaosHost[],
  {
    timeoutMs = 60_000,
    isForeign = () => false,
  }: { timeoutMs?: number; isForeign?: (name: string) => boolean } = {},
): Promise<Verdict> {
  const { runs: table, outputs } = storage.tables;
  const open = async () => {
    const waiting = await Promise.all(
      (['queued', 'delivered', 'running'] as const).map((state) => table.list({ state, limit: 10_000 })),
    );
    return waiting.flat();
  };
  await until(
    'an end of every run',
    async () => ((await open()).length === 0 ? true : undefined),
    timeoutMs,
  ).catch(async (late: Error) => {
    const left = (await open()).map(({ commandName, hostId, state }) => `${commandName} ${hostId} ${state}`);
    throw new Error(`${late.message}; ${left.join(', ')}`);
  });
  const runs = (await table.list({ limit: 100_000 })).filter(({ commandName }) => !isForeign(commandName));
  const complaints: string[] = [];
  let acknowledged = 0;
  for (const [index, host] of hosts.entries()) {
    const own = runs.filter(({ hostId }) => hostId === index + 1);
    const executions = Map.groupBy(host.executed(), ({ name }) => name);
    const complain = (name: string, what: string) => complaints.push(`${name} on host ${index + 1}: ${what}`);
    for (const [name, { length }] of executions) if (length > 1) complain(name, `executed ${length} times`);
    for (const { name, state } of host.acknowledged()) {
      acknowledged += 1;
      const run = own.find(({ commandName }) => commandName === name);
      if (!isForeign(name) && run?.state !== state)
        complain(name, `${state} was acknowledged, and it is ${run?.state}`);
    }
    for (const run of own) {
      const [execution] = executions.get(run.commandName) ?? [];
      const printed = execution && printedBy(execution);
      const stored = await storedOutput(outputs, run.number);
      if (run.state === 'succeeded' && stored !== printed)
        complain(run.commandName, `${printed?.length} bytes printed, ${stored.length} stored`);
      if (run.state !== 'succeeded' && !(printed ?? '').startsWith(stored))
        complain(run.commandName, `${run.state} with an output that was not printed`);
      if (!execution !== neverBegun.has(run.state) && run.state !== 'interrupted' && run.state !== 'stopped')
        complain(
          run.commandName,
          `${run.state} (${run.reason}, attempt ${run.attempt}), and executed: ${!!execution}`,
        );
    }
  }
  const states = [...Map.groupBy(runs, ({ state }) => state)].map(
    ([state, found]) => `${found.length} ${state}`,
  );
  return { complaints, runs, states: states.join(', '), acknowledged };
}

const neverBegun: ReadonlySet<string> = new Set(['cancelled', 'refused', 'expired']);

async function storedOutput(
  outputs: OpenDatabase['storage']['tables']['outputs'],
  runNumber: number,
): Promise<string> {
  const chunks = await outputs.chunks(runNumber);
  return Buffer.concat(
    chunks.filter(({ stream }) => stream === 'stdout').map(({ bytes }) => bytes),
  ).toString();
}
