import { realpath } from 'node:fs/promises';
import { rsaFingerprint } from '@remotes/protocol/crypto/rsa';
import type { Context } from '../context.ts';
import { serverUrl } from '../endpoints.ts';
import { removeAbandonedFolders } from '../host/run-folder.ts';
import { openUuid } from '../host-identity.ts';
import { readPin } from '../pin.ts';
import { loadPrivateKey } from '../private-key.ts';
import { openSealedSession } from '../session/sealed-session.ts';
import { trouble } from '../trouble.ts';
import { openHostSession } from './host-session.ts';
import { isJournalRefusal, type Journal, openJournal } from './journal.ts';
import type { Tools, V1Worker } from './run-command.ts';
import { newStanding, type SealedWorker } from './sealed-worker.ts';

export type Worker = V1Worker | SealedWorker;

/** Makes ready to run commands: opens session and journal, and clears away what killed clients have left. */
export async function openWorker(context: Context, signals: Pick<Tools, 'finish' | 'stop'>): Promise<Worker> {
  const { say } = context;
  const line = await openLine(context);
  const journal = await openJournalOf(context);
  await removeAbandonedFolders();
  if ('sealed' in line) noticeOfV1(journal, line.host, say);
  return { ...line, journal, pythonPath: pythonPathOf(context), ...signals, say };
}

/** The same worker with what the settings say now. Throws a trouble when they are of no use. */
export async function reloadWorker(context: Context, worker: Worker): Promise<Worker> {
  const { journal, finish, stop, say } = worker;
  const line = await openLine(context);
  if ('sealed' in line && !('sealed' in worker)) noticeOfV1(journal, line.host, context.say);
  return { ...line, journal, pythonPath: pythonPathOf(context), finish, stop, say };
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
  return 'sealed' in worker ? { ...worker, journal } : { ...worker, journal, unsent: new Set() };
}

/** How many runs of this host that v1 has given it are still to be told to the server. */
export async function countUntoldOfV1(context: Context, host: string): Promise<number> {
  const journal = await openJournalOf(context);
  try {
    return untoldOfV1(journal, host);
  } finally {
    await journal.close();
  }
}

function untoldOfV1(journal: Journal, host: string | undefined): number {
  return journal.held().filter(({ run }) => run.given === undefined && run.host === host).length;
}

/** A run of v1 has no name in the sealed protocol. */
function noticeOfV1(journal: Journal, host: string | undefined, say: (sentence: string) => void): void {
  const count = untoldOfV1(journal, host);
  if (count > 0)
    say(
      `${count} result(s) that v1 has not delivered stay in the journal: the sealed protocol can't carry them`,
    );
}

/** By which protocol the server is spoken with: the sealed one where it is pinned, and then no other. */
async function openLine(context: Context) {
  const { settings } = context;
  const sealed = await openSealedSession(context);
  if (sealed === undefined) {
    const session = await openHostSession(context);
    return { session, serverUrl: session.serverUrl, unsent: new Set<string>() };
  }
  // The session has read the same key and said what there is to say about its file.
  const privateKey = loadPrivateKey({ ...context, say: () => {} });
  return {
    sealed,
    serverUrl: serverUrl(settings).href,
    serverId: readPin(settings)?.server ?? '',
    host: openUuid(settings, privateKey),
    fingerprint: rsaFingerprint(privateKey),
    standing: newStanding(),
  };
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
