import { contract } from '@remotes/protocol/contract';
import type { Refusal } from '@remotes/protocol/errors';
import type { FastifyRequest } from 'fastify';
import { getCommand } from '../domain/command-get.ts';
import { postCommand } from '../domain/command-post.ts';
import { listCommands } from '../domain/commands-list.ts';
import { discoverEndpoints } from '../domain/discover.ts';
import { registerHost } from '../domain/host-register.ts';
import { describeHost } from '../domain/host-status.ts';
import { verifyHost } from '../domain/host-verify.ts';
import type { KnownHost } from '../domain/known-hosts.ts';
import type { Mind } from '../domain/mind.ts';
import { serverStatus } from '../domain/status.ts';
import type { Ask } from './ask.ts';
import type { Door } from './door.ts';
import { originOf } from './origin.ts';

/** One request of the contract, with the deed of the domain that answers it. */
export type Endpoint = {
  readonly name: keyof typeof contract;
  readonly path: string;
  /** Whether a wire number follows the path. */
  readonly isNumbered: boolean;
  readonly credential: 'none' | 'registration_token' | 'host_token';
  readonly methods: readonly string[];
  readonly success: number;
  readonly answer: (door: Door, ask: Ask, request: FastifyRequest) => Promise<object | Refusal> | object;
};

type Answer = Endpoint['answer'];

const answers: Readonly<Record<keyof typeof contract, Answer>> = {
  status: ({ mind, trustProxy }, _ask, { raw }) => serverStatus(mind, originOf(raw, trustProxy)),
  discover: () => discoverEndpoints(),
  host_register: ({ mind }, ask) => registerHost(mind, registrationOf(ask), ask.fields),
  host_verify: ({ mind }, ask) => verifyHost(mind, registrationOf(ask), ask.fields),
  host_status: byHost(describeHost),
  commands_list: byHost(listCommands),
  command_get: byHost((mind, host, ask) => getCommand(mind, host, ask.wireNumber)),
  command_post: byHost((mind, host, ask) => postCommand(mind, host, ask.wireNumber, ask.fields)),
};

/** Every request that a host may ask on the v1 wire. */
export const endpoints: readonly Endpoint[] = Object.values(contract).map((said) =>
  Object.freeze({
    name: said.name,
    path: said.path,
    isNumbered: said === contract.command_get || said === contract.command_post,
    credential: said.credential,
    // No HEAD for a get that delivers a command: the command would be lost with the body.
    methods:
      said.method === 'GET' && said !== contract.command_get
        ? ['GET', 'HEAD', 'OPTIONS']
        : [said.method, 'OPTIONS'],
    success: said.success,
    answer: answers[said.name],
  }),
);

function byHost(deed: (mind: Mind, host: KnownHost, ask: Ask) => Promise<object | Refusal>): Answer {
  return ({ mind }, ask) => deed(mind, hostOf(ask), ask);
}

/** The host that asks, where the checks have made sure that it is one. */
export function hostOf({ caller }: Ask): KnownHost {
  if (caller?.kind !== 'host') throw new Error('A request of a host came through without its token.');
  return caller.host;
}

function registrationOf({ caller }: Ask) {
  if (caller?.kind !== 'registration') throw new Error('A registration came through without its token.');
  return caller;
}
