import type { ServerMessage } from '@remotes/protocol/messages';
import type { Hello, Welcome } from '@remotes/protocol/messages/hello';
import { capability } from '@remotes/protocol/values/capability';
import { version } from '@remotes/protocol/version';
import { hostFacts } from '../host/facts.ts';
import { bootMark } from '../host/process-mark.ts';
import type { Outgoing } from '../session/sealed-session.ts';
import { trouble } from '../trouble.ts';
import { tellPast } from './past-telling.ts';
import { usualReportBytes } from './sealed-report.ts';
import { askServer, type HeldGivenRun, heldHere, type SealedWorker } from './sealed-worker.ts';

export type Greeting = {
  /** What the server said to the messages that went along; undefined when it wanted the past first and did not read them. */
  readonly answers: readonly ServerMessage[] | undefined;
  /** Held here, and none of the server's. */
  readonly unknown: readonly HeldGivenRun[];
  /** Of which runs the server still has output, and which chunks it wants next. */
  readonly streams: NonNullable<Welcome['streams']>;
};

/** Says hello, and further messages along with it; tells the server this host's past if it was restored without it. */
export async function greet(worker: SealedWorker, along: readonly Outgoing[]): Promise<Greeting> {
  const { sealed, standing, journal } = worker;
  // Whatever is about to begin is held from then on, or never.
  await Promise.all([...standing.running.values()].map(({ decided }) => decided));
  const held = heldHere(worker);
  const hello = {
    type: 'hello',
    capability,
    facts: hostFacts(version),
    boot: bootMark(),
    journal: { id: journal.id, is_intact: journal.isIntact },
    held: held.map(({ run: { given }, outcome }) => ({
      run: given.run,
      attempt: given.attempt,
      state: outcome === undefined ? ('begun' as const) : ('finished' as const),
    })),
  } satisfies Hello;
  const [welcome, ...answers] = await askServer(worker, [hello, ...along], worker.finish);
  if (welcome?.type === 'refusal') return { answers: [welcome], unknown: [], streams: [] };
  if (welcome?.type !== 'welcome') throw trouble('answer', 'the server does not answer this host’s greeting');
  standing.claimLimit = welcome.claim_limit;
  standing.heartbeatSeconds = welcome.heartbeat_seconds;
  standing.besideLimit = welcome.beside_limit ?? 1;
  standing.reportLimitBytes = welcome.report_limit_bytes ?? usualReportBytes;
  if (welcome.wants_past) await tellPast(worker);
  standing.greeted = { handshakes: sealed.handshakes(), journal };
  // A server that asks for the past knows none of them yet; they are told with it.
  const { streams = [] } = welcome;
  if (welcome.wants_past) return { answers: undefined, unknown: [], streams };
  const strange = new Set(welcome.unknown);
  return { answers, unknown: held.filter(({ run }) => strange.has(run.given.run)), streams };
}
