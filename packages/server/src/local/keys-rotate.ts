import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { isDeclined } from '../domain/administration-refusal.ts';
import { nextSigningKey } from '../domain/key-succession.ts';
import { readRecoveryKey } from '../domain/recovery-key.ts';
import { loadServerKeyring } from '../domain/server-keyring.ts';
import { startProblem } from '../domain/start-problem.ts';
import { localAuthor } from './local-author.ts';
import type { Given } from './local-command.ts';
import { openExistingStore } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';

/** Puts a new signing key in the place of the present one. */
export async function rotateSigningKey({ values, isJson, store }: Given): Promise<number> {
  const { storage, masterKey, fingerprint } = await openExistingStore(store);
  try {
    const keyring = await loadServerKeyring(storage.tables, masterKey);
    const recoveryKey = await readRecoveryFile(
      values.recovery as string | undefined,
      keyring.recoveryKeyText,
    );
    const next = nextSigningKey(keyring, masterKey, recoveryKey, Date.now());
    const answer = await storage.decide('succeedSigningKey', {
      ...next,
      now: Date.now(),
      by: localAuthor(),
    });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    const by = next.succession.by;
    if (isJson) {
      const { revokedTokens } = answer;
      const said = { signing_key: answer.fingerprint, previous_key: fingerprint, by };
      console.log(jsonText({ ...said, registration_tokens_revoked: revokedTokens }));
      return 0;
    }
    console.log(`The signing key is ${answer.fingerprint} now; it was ${fingerprint}.`);
    console.log(`Hosts follow by themselves: the ${by} key has named it.`);
    if (by === 'recovery') {
      console.log('Registration tokens that were made before are revoked: make new ones for new hosts.');
    }
    return 0;
  } finally {
    await storage.close();
  }
}

async function readRecoveryFile(
  file: string | undefined,
  recoveryKeyText: string,
): Promise<KeyObject | undefined> {
  if (file === undefined) return undefined;
  const key = readRecoveryKey(await readText(file), recoveryKeyText);
  if (key) return key;
  throw startProblem(
    `${file} does not hold the recovery key of this server: "remotes-server keys show" says which one it has.`,
  );
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (trouble) {
    throw startProblem(`${file} cannot be read: ${(trouble as Error).message}.`, trouble);
  }
}
