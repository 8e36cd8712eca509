import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localTime } from '@remotes/protocol/screen/time-text';
import type { AdminLink } from '../domain/accounts/first-admin.ts';
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
      `\nChoose the name and password of an admin here, until ${localTime(expiresAt)}, once:\n\n  ${url}\n`,
    );
    return undefined;
  }
  const file = join(dataFolder, 'setup-link');
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
