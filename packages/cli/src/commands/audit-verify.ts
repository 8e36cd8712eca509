import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { type AuditTrust, verifyAuditExport } from '@remotes/protocol/crypto/audit-verification';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { type AuditCheckpoint, readCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import type { Given } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { readText, readTexts } from '../given.ts';
import { write } from '../screen/write.ts';
import { isTrouble, trouble, usageTrouble } from '../trouble.ts';

/** Looks through an export of the audit, asking nobody. */
export async function verifyFile(given: Given): Promise<number> {
  const path = given.words[0] ?? '';
  const trust: AuditTrust = {
    checkpoints: readTexts(given, 'checkpoint').flatMap(readCheckpoints),
    ...keysOf(given),
  };
  const verdict = await verifyAuditExport(bytesOf(path), trust);
  if (given.format === 'json') await write(`${jsonText(verdict)}\n`);
  if ('wrong' in verdict) {
    console.error(verdict.wrong);
    return exitStatus.failed;
  }
  if (given.format === 'json') return exitStatus.done;
  const { checkpoint, fingerprint, isKeyKnown } = verdict;
  await write(
    `${checkpoint.size} entries, whole and unchanged, up to ${new Date(checkpoint.at_ms).toISOString()}.\n`,
  );
  const advice = isKeyKnown
    ? ', which is known'
    : ': compare that with "remotes server", or give it as --fingerprint';
  await write(`Signed by the key with the fingerprint ${fingerprint}${advice}.\n`);
  if (trust.checkpoints?.length === 0)
    console.error(
      'Without a kept checkpoint (--checkpoint) nobody knows whether all of it was written anew.',
    );
  return exitStatus.done;
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* path === '-' ? process.stdin : createReadStream(path);
  } catch (thrown) {
    if (isTrouble(thrown)) throw thrown;
    throw trouble('usage', `${path} cannot be read: ${(thrown as Error).message}.`);
  }
}

/** A checkpoint as the header has it, or a file with one in each line. */
function readCheckpoints(written: string): AuditCheckpoint[] {
  const texts = existsSync(written) ? readFileSync(written, 'utf8').split('\n') : [written];
  return texts
    .map((text) => text.trim())
    .filter(Boolean)
    .map((text) => {
      const checkpoint = readCheckpoint(text);
      if (!checkpoint)
        throw usageTrouble('That is no checkpoint: it looks like what "remotes audit checkpoint" prints.');
      return checkpoint;
    });
}

function keysOf(given: Given): Pick<AuditTrust, 'keys'> {
  const [signingKey, recoveryKey] = [readText(given, 'fingerprint'), readText(given, 'recovery')];
  if (signingKey === undefined && recoveryKey !== undefined)
    throw usageTrouble('--recovery goes with --fingerprint, that of the signing key.');
  return signingKey === undefined ? {} : { keys: { signingKey, recoveryKey } };
}
