import type { Refusal } from '@remotes/protocol/errors';
import type { HostMessage, ServerMessage } from '@remotes/protocol/messages';
import type { Output } from '@remotes/protocol/messages/output';
import { claimRuns } from './claim.ts';
import { listDue } from './commands-list.ts';
import { storeFinished } from './finished.ts';
import { greetHost } from './hello.ts';
import { describeHost } from './host-status.ts';
import type { KnownHost } from './known-hosts.ts';
import type { Mind } from './mind.ts';
import { recallRuns } from './ran.ts';
import { storeRefused } from './refused.ts';
import type { RequestOrder } from './request-order.ts';
import type { ServerKeyring } from './server-keyring.ts';
import { noteStarted } from './started.ts';

/** A host that has proved itself, and the keys that the server proved itself with in this session. */
export type Speaker = {
  readonly mind: Mind;
  readonly host: KnownHost;
  readonly serverKeys: ServerKeyring;
  /** Of the request in which it speaks. */
  readonly order: RequestOrder;
  /** On the live channel, where runs come unasked and outputs before their end. */
  readonly isLive: boolean;
};

/** A piece of output, with its bytes. */
export type CarriedOutput = { readonly message: Output; readonly data: Buffer };

/** What only a host that has proved itself may say, but for `output`, which waits for its `finished`. */
export type WorkMessage = Exclude<
  HostMessage,
  { type: 'register' | 'verify' | 'enrol' | 'prove' | 'rotate_key' | 'output' }
>;

/**
 * Answers one message. `outputs` are the pieces of output that stood before it in the same request. A refusal that is
 * about one run is a message among the answers; one that is returned ends the request.
 */
export async function answerHostMessage(
  speaker: Speaker,
  message: WorkMessage,
  outputs: readonly CarriedOutput[],
): Promise<readonly ServerMessage[] | Refusal> {
  const deed = deeds[message.type] as Deed<WorkMessage>;
  return deed(speaker, message, outputs);
}

type Deed<Message> = (
  speaker: Speaker,
  message: Message,
  outputs: readonly CarriedOutput[],
) => Promise<readonly ServerMessage[] | Refusal>;

const deeds: {
  readonly [Type in WorkMessage['type']]: Deed<Extract<WorkMessage, { type: Type }>>;
} = {
  hello: greetHost,
  ran: recallRuns,
  commands_list: listDue,
  claim: claimRuns,
  started: noteStarted,
  finished: storeFinished,
  refused: storeRefused,
  host_status: async ({ mind, host }) => [{ type: 'host', answer: await describeHost(mind, host) }],
};
