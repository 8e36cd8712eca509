import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { refuse } from '@remotes/protocol/errors';
import { channel as said } from '@remotes/protocol/requests/channel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Visitor } from '../domain/presence.ts';
import { sendJson, sendRefusal } from './answers.ts';
import { beginAsk, claimOf } from './ask.ts';
import type { Door } from './door.ts';
import { addressOf } from './forwarded.ts';

/** The room that takes over connections which stay; `app.ts` puts it here. */
export type LiveChannel = {
  /** Whether this is a request for such a connection. */
  isMeant(request: IncomingMessage): boolean;
  /** For how many seconds whoever comes now is sent away; 0 where it is let in. */
  waitSeconds(): number;
  open(request: IncomingMessage, socket: Duplex, head: Buffer, from: Visitor): void;
  /** Says goodbye to all and closes. */
  stop(): Promise<void>;
};

/** Hands over those that are let in. Any other request for an upgrade is answered as if it had not asked for one. */
export function handOverUpgrades(server: Server, channel: LiveChannel, trustProxy: boolean): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Node before 22.21 does not ask first, and hands over every upgrade.
    if (!channel.isMeant(request)) {
      socket.end('HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const { headers } = request;
    const from = {
      address: addressOf(request, trustProxy),
      clientAgent: claimOf(headers['client-agent']),
      clientVersion: claimOf(headers['client-version']),
    };
    channel.open(request, socket, head, from);
  });
}

/** What is answered to whoever was not handed over. */
export function addChannelRoute(app: FastifyInstance, door: Door, channel: LiveChannel | undefined): void {
  app.route({
    method: app.supportedMethods,
    url: said.path,
    handler: (request, reply) => answer(door, channel, request, reply),
  });
}

function answer(
  door: Door,
  channel: LiveChannel | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply | Promise<FastifyReply> {
  beginAsk(door, request, undefined);
  const { method } = request;
  if (method === 'OPTIONS') {
    reply.header('allow', allowed.join(', '));
    return sendJson(door, request, reply, 200, { status: 'OK', name: said.name, methods: allowed });
  }
  if (method !== 'GET') {
    const refusal = refuse('method_not_allowed', `Method "${method}" not allowed.`);
    return sendRefusal(door, request, reply, { ...refusal, headers: { allow: allowed.join(', ') } });
  }
  if (channel?.isMeant(request.raw)) {
    const isCrowded = door.connections.isCrowded();
    const seconds = isCrowded ? crowdedSeconds : Math.max(1, channel.waitSeconds());
    const refusal = refuse(
      'unavailable',
      isCrowded ? crowded : 'Too many hosts come at once: come back later.',
    );
    return sendRefusal(door, request, reply, { ...refusal, headers: { 'retry-after': String(seconds) } });
  }
  const refusal = refuse('upgrade_required');
  return sendRefusal(door, request, reply, { ...refusal, headers: { upgrade: 'websocket' } });
}

const allowed = ['GET', 'OPTIONS'];
const crowded = 'As many hosts are connected as this server has places for: come back later.';
/** After ten of them a client comes over HTTP meanwhile. */
const crowdedSeconds = 10;
