import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localTime } from '@remotes/protocol/screen/time-text';
import { accessTokenHash } from '../domain/accounts/access-token.ts';
import type { AdminLink } from '../domain/accounts/first-admin.ts';
import type { Mind } from '../domain/mind.ts';
import { startProblem } from '../domain/start-problem.ts';
import { makeDataFolder } from '../storage/data-folder.ts';

/**
 * Hands a set-up link to whoever sits at the server: on a terminal, and nowhere else, it is shown; else it goes into a file
 * that only this account can read, so that no log ever has it. Answers the file.
 */
export async function handOverSetupLink(
  { url, expiresAt }: AdminLink,
  dataFolder: string,
): Promise<string | undefined> {
  if (process.stdout.isTTY) {
    console.log(
      `\nThis link makes an admin, once, until ${localTime(expiresAt)}. "remotes login URL --setup" asks for it:\n\n  ${url}\n`,
    );
    return undefined;
  }
  const file = fileIn(dataFolder);
  const beside = `${file}.${process.pid}`;
  try {
    makeDataFolder(dataFolder);
    await writeFile(beside, `${url}\n`, { mode: 0o600, flag: 'wx' });
    await rename(beside, file);
  } catch (trouble) {
    await rm(beside, { force: true });
    throw startProblem(`The set-up link cannot be written: ${(trouble as Error).message}.`, trouble);
  }
  return file;
}

/** Removes the file when its link was used or has expired: what lies about would only mislead. */
export async function removeSpentSetupLink(
  { storage, clock }: Pick<Mind, 'storage' | 'clock'>,
  dataFolder: string,
): Promise<void> {
  const file = fileIn(dataFolder);
  const written = await readFile(file, 'utf8').catch(() => undefined);
  if (written === undefined) return;
  const [, token = ''] = written.trim().split('#');
  const link = await storage.tables.setupLinks.byTokenHash(accessTokenHash(token));
  if (!link || clock() >= link.expiresAt) await rm(file, { force: true });
}

function fileIn(dataFolder: string): string {
  return join(dataFolder, 'setup-link');
}
