import type { PastRun, Ran } from '@remotes/protocol/messages/ran';
import { trouble } from '../trouble.ts';
import type { PastRecord } from './journal.ts';
import { pastRecord } from './journal-past.ts';
import { pastBatches } from './past-batches.ts';
import { askServer, heldHere, type SealedWorker } from './sealed-worker.ts';

/** Tells a server that was restored from a backup everything that this host ever did for it, so that nothing is run again. */
export async function tellPast(worker: SealedWorker): Promise<void> {
  const { journal, serverId, host, say } = worker;
  const past = journal.past().filter((record) => record.server === serverId && record.host === host);
  // How these ended is told by their reports, which the server takes for a run that it holds for interrupted.
  const held = heldHere(worker).flatMap(({ run }) => pastRecord(run, { state: 'interrupted' }) ?? []);
  const runs = [...new Map([...past, ...held].map((record) => [record.run, record])).values()];
  let learnt = 0;
  const batches = pastBatches(runs.map(pastRun), worker.standing.reportLimitBytes);
  for (const [index, some] of batches.entries()) {
    const ran = { type: 'ran', runs: some, is_last: index === batches.length - 1 } satisfies Ran;
    const [answer] = await askServer(worker, [ran], worker.finish);
    if (answer?.type === 'refusal')
      throw trouble('answer', `the server does not take what this host did before: ${answer.sentence}`);
    if (answer?.type !== 'recalled')
      throw trouble('answer', 'the server says nothing to what this host did before');
    learnt += answer.learnt;
  }
  if (learnt > 0)
    say(
      `the server, restored from a backup, did not know ${learnt} of the ${runs.length} runs of this host: it was told`,
    );
}

function pastRun(record: PastRecord): PastRun {
  const { run, job, attempt, wire_number, revision, name, state, exit_code, finished_at_ms } = record;
  return { run, job, attempt, wire_number, revision, name, state, exit_code, finished_at_ms };
}
