import { followUp } from '@remotes/protocol/crypto/audit-follow-up';
import { auditRoutes } from '@remotes/protocol/operators/audit';
import { type AuditCheckpoint, readCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import { closingAt } from '../api/audit-closing.ts';
import type { Given } from '../command.ts';
import { chooseServer, connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { checkpointFile } from '../folder/checkpoint-file.ts';
import { writeParts } from '../folder/write-parts.ts';
import { write } from '../screen/write.ts';
import { trouble } from '../trouble.ts';

/** The whole record, into a file that its owner alone can read. */
export async function exportAudit(given: Given): Promise<number> {
  const path = given.words[0] ?? '';
  const parts = await connect(given).stream(auditRoutes.audit_export, {});
  await writeParts(path, parts);
  return exitStatus.done;
}

/** Whether the record up to the kept checkpoint is still the one that it was. */
export async function checkAudit(given: Given): Promise<number> {
  const kept = keptCheckpoint(given);
  if (!kept)
    throw trouble('refused', 'No checkpoint of this server is kept yet: there is nothing to compare with.');
  const said = await closingAt(connect(given), kept.size);
  const verdict = said === null ? 'cut_off' : followUp(kept, kept, said);
  const sentence = sentences[verdict](kept.size, new Date(kept.at_ms).toISOString());
  if (verdict !== 'confirmed') {
    console.error(sentence);
    return exitStatus.failed;
  }
  await write(`${sentence}\n`);
  // What contradicted it once was warned of already; it is not made good by this.
  return fileOf(given).read()?.conflict ? exitStatus.failed : exitStatus.done;
}

const sentences = {
  confirmed: (size: number, time: string) => `The first ${size} entries are those of ${time}.`,
  cut_off: (size: number, time: string) =>
    `The record was cut off: on ${time} it had ${size} entries, and has fewer now.`,
  rewritten: (size: number, time: string) =>
    `The record was rewritten: up to entry ${size} it is not the one that was there on ${time}.`,
  other_key: (size: number, time: string) =>
    `The first ${size} entries are those of ${time}, but signed by another key, and no succession leads to it.`,
};

export async function showCheckpoint(given: Given): Promise<number> {
  const kept = fileOf(given).read();
  if (!kept) throw trouble('refused', 'No checkpoint of this server is kept yet.');
  await write(`${kept.checkpoint}\n`);
  return exitStatus.done;
}

export async function forgetCheckpoint(given: Given): Promise<number> {
  fileOf(given).forget();
  console.error('Forgotten: the next answer of the server begins anew.');
  return exitStatus.done;
}

function keptCheckpoint(given: Given): AuditCheckpoint | undefined {
  const kept = fileOf(given).read();
  return kept && readCheckpoint(kept.checkpoint);
}

function fileOf(given: Given) {
  return checkpointFile(given.config.folder, chooseServer(given).url);
}
