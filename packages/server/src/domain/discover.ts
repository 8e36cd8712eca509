import { contract } from '@remotes/protocol/contract';
import { channel } from '@remotes/protocol/requests/channel';
import type { DiscoverAnswer } from '@remotes/protocol/requests/discover';
import { handshake } from '@remotes/protocol/requests/handshake';
import { messages } from '@remotes/protocol/requests/messages';

const endpoints = [
  contract.command_get,
  contract.command_post,
  contract.commands_list,
  contract.host_register,
  contract.host_status,
  contract.host_verify,
  handshake,
  messages,
  channel,
] as const;

const answer: DiscoverAnswer = Object.freeze({
  status: 'OK',
  endpoints: Object.fromEntries(endpoints.map(({ name, path }) => [name, path])),
});

/** Says where every other request goes. */
export function discoverEndpoints(): DiscoverAnswer {
  return answer;
}
