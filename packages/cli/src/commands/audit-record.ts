import { followUp } from '@remotes/protocol/crypto/audit-follow-up';
import { auditRoutes } from '@remotes/protocol/operators/audit';
import { type AuditCheckpoint, readCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
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
  const { answer } = await connect(given).ask(auditRoutes.audit_checkpoint, { query: { size: kept.size } });
  const verdict = followUp(kept, kept, answer);
  const keptOn = new Date(kept.at_ms).toISOString();
  if (verdict === 'confirmed') {
    await write(`The first ${kept.size} entries are those of ${keptOn}.\n`);
    return exitStatus.done;
  }
  console.error(
    verdict === 'rewritten'
      ? `The record was rewritten: up to entry ${kept.size} it is not the one that was there on ${keptOn}.`
      : `The first ${kept.size} entries are those of ${keptOn}, but signed by another key, and no succession leads to it.`,
  );
  return exitStatus.failed;
}

export async function showCheckpoint(given: Given): Promise<number> {
  const text = fileOf(given).read();
  if (text === undefined) throw trouble('refused', 'No checkpoint of this server is kept yet.');
  await write(`${text}\n`);
  return exitStatus.done;
}

export async function forgetCheckpoint(given: Given): Promise<number> {
  fileOf(given).forget();
  console.error('Forgotten: the next answer of the server begins anew.');
  return exitStatus.done;
}

function keptCheckpoint(given: Given): AuditCheckpoint | undefined {
  const text = fileOf(given).read();
  return text === undefined ? undefined : readCheckpoint(text);
}

function fileOf(given: Given) {
  return checkpointFile(given.config.folder, chooseServer(given).url);
}
