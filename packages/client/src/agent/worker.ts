import { realpath } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { removeAbandonedFolders } from '../host/run-folder.ts';
import { trouble } from '../trouble.ts';
import { openHostSession } from './host-session.ts';
import { isJournalRefusal, type Journal, openJournal } from './journal.ts';
import type { Worker } from './run-command.ts';

/** Makes ready to run commands: opens session and journal, and clears away what killed clients have left. */
export async function openWorker(
  context: Context,
  signals: Pick<Worker, 'finish' | 'stop'>,
): Promise<Worker> {
  const { say } = context;
  const session = await openHostSession(context);
  const journal = await openJournalOf(context);
  await removeAbandonedFolders();
  return { session, journal, unsent: new Set(), pythonPath: pythonPathOf(context), ...signals, say };
}

/** The same worker with what the settings say now. Throws a trouble when they are of no use. */
export async function reloadWorker(context: Context, worker: Worker): Promise<Worker> {
  return { ...worker, session: await openHostSession(context), pythonPath: pythonPathOf(context) };
}

/** The same worker with a journal that is its own again. Throws a trouble while another client holds it. */
export async function recoverWorker(context: Context, worker: Worker): Promise<Worker> {
  if (await worker.journal.isOurs()) return worker;
  const journal = await openJournalOf(context);
  // What could not be written down while another held it, if that one has not settled it.
  for (const { id, outcome } of worker.journal.held()) {
    const isOpen = journal.held().some((held) => held.id === id && held.outcome === undefined);
    if (isOpen && outcome !== undefined) await journal.finish(id, outcome);
  }
  await worker.journal.close();
  return { ...worker, journal, unsent: new Set() };
}

async function openJournalOf({ settings, config, say }: Context): Promise<Journal> {
  const journal = await openJournal(config.journalFolder ?? `${await realPath(settings.path)}.journal`);
  if (isJournalRefusal(journal)) throw trouble('settings', journal.sentence);
  for (const notice of journal.notices) say(notice);
  return journal;
}

function pythonPathOf({ flags, settings }: Context): string | undefined {
  return flags.pythonPath ?? settings.get('interpreters', 'python');
}

/** One settings file has one journal, whatever link it is reached by. */
function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
