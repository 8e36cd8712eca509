import { isRefusal, type Refusal, refuse } from '@remotes/protocol/errors';
import { type HostMessage, readHostMessage, type ServerMessage } from '@remotes/protocol/messages';
import type { Carried } from '@remotes/protocol/messages/payload';
import { enrolHost } from './enrol.ts';
import { answerHostMessage, type CarriedOutput, type Speaker } from './host-messages.ts';
import type { Mind } from './mind.ts';
import { type ProvedHost, proveHost } from './prove.ts';
import { registerBySeal } from './register.ts';
import type { RegistrationGate } from './registration-gate.ts';
import { rotateKey } from './rotate-key.ts';
import type { ServerKeyring } from './server-keyring.ts';
import { type SessionTicket, sealTicket } from './session-ticket.ts';
import { storeOutputs } from './store-output.ts';
import { verifyBySeal } from './verify.ts';

export type SessionState = {
  readonly mind: Mind;
  /** Undefined on the live channel, where nobody registers. */
  readonly gate: RegistrationGate | undefined;
  /** On the live channel: whether a host that has just shown its key may be connected here. */
  readonly mayEnter?: (host: ProvedHost) => Promise<boolean>;
  readonly serverKeys: ServerKeyring;
  readonly ticket: SessionTicket;
  /** Of the request. */
  readonly counter: number;
  readonly host: ProvedHost | undefined;
};

/**
 * Obeys messages in their order; each answer begins with what there is to say to the first. What is refused ends it:
 * the messages after it are not read. Of types that nobody knows nothing is said. `isOver`: a newer session or a later
 * request has overtaken this one; whatever it said is as good as not answered.
 */
export async function obeyMessages(session: SessionState, carried: readonly Carried[]): Promise<Obeyed> {
  let state = session;
  const said: ServerMessage[] = [];
  const outputs: CarriedOutput[] = [];
  const settled = new Set<string>();
  for (const { message: given, data } of carried) {
    const message = readHostMessage(given);
    if (message === 'unknown') continue;
    if (message !== 'malformed' && message.type === 'output' && state.host) {
      outputs.push({ message, data });
      continue;
    }
    const step = message === 'malformed' ? refuse('message_malformed') : await obey(state, message, outputs);
    if (isRefusal(step)) {
      if (step.refused === 'session_ended') return { said: [], host: state.host, isOver: true };
      said.push({ type: 'refusal', of: given.type, code: step.refused, sentence: step.sentence });
      break;
    }
    said.push(...step.said);
    state = { ...state, host: step.host };
    if (message !== 'malformed' && message.type === 'finished') settled.add(message.run);
  }
  if (!state.gate && state.host) {
    const early = outputs.filter(({ message }) => !settled.has(message.run));
    await storeOutputs(speakerOf(state, state.host), early);
  }
  return { said, host: state.host, isOver: false };
}

type Obeyed = {
  readonly said: readonly ServerMessage[];
  readonly host: ProvedHost | undefined;
  readonly isOver: boolean;
};

type Step = { readonly said: readonly ServerMessage[]; readonly host: ProvedHost | undefined };

async function obey(
  state: SessionState,
  message: HostMessage,
  outputs: readonly CarriedOutput[],
): Promise<Step | Refusal> {
  const { mind, gate, ticket, host } = state;
  switch (message.type) {
    case 'register':
      return gate ? step(await registerBySeal(mind, gate, message), host) : refuse('message_malformed');
    case 'verify':
      return gate ? step(await verifyBySeal(mind, gate, ticket, message), host) : refuse('message_malformed');
    case 'enrol':
      return step(await enrolHost(mind, ticket, message), host);
    case 'prove': {
      const proved = await proveHost(mind, ticket, message, state.mayEnter);
      return isRefusal(proved) ? proved : step(await tellProved(state, proved), proved);
    }
  }
  if (!host || message.type === 'output') return refuse('host_unproved');
  // The session under the old key has ended with it.
  if (message.type === 'rotate_key') return step(await rotateKey(mind, host, message), undefined);
  const answers = await answerHostMessage(speakerOf(state, host), message, outputs);
  return isRefusal(answers) ? answers : { said: answers, host };
}

function speakerOf({ mind, gate, serverKeys, ticket, counter }: SessionState, host: ProvedHost): Speaker {
  const order = { begunAt: ticket.begunAt, counter, at: mind.clock() };
  return { mind, host, serverKeys, order, isLive: !gate };
}

function step(answer: ServerMessage | Refusal, host: ProvedHost | undefined): Step | Refusal {
  return isRefusal(answer) ? answer : { said: [answer], host };
}

/** A ticket that says whose session it is, by which key. */
async function tellProved(
  { mind, serverKeys, ticket }: SessionState,
  { id, channelKey }: ProvedHost,
): Promise<ServerMessage> {
  const proved = { ...ticket, host: { id, channelKey } };
  const sealed = sealTicket(await mind.ticketKeys(), serverKeys.signingKeyText, proved);
  return {
    type: 'proved',
    ticket: sealed.toString('base64url'),
    expires_at_ms: ticket.expiresAt,
  };
}
