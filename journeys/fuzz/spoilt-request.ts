import { sealFernet } from '@remotes/protocol/crypto/fernet';
import type { SeededRandom } from '../seeded-random.ts';
import { bytesOf, type Draft, draftOf } from './draft.ts';
import { spoilBase64, spoilFernet, spoilFields, spoilForm, spoilJson, spoilUuid } from './spoil-body.ts';
import {
  type Spoil,
  spoilAccept,
  spoilHeaders,
  spoilMethod,
  spoilPath,
  spoilToken,
  spoilType,
} from './spoil-head.ts';
import { spoilPem } from './spoil-pem.ts';
import type { World } from './world.ts';

export type SpoiltRequest = {
  readonly bytes: Buffer;
  /** Whether it still carries the token that this request wants. */
  readonly hasValidToken: boolean;
  /** What it was, and what was done to it. */
  readonly story: string;
};

type Base = { readonly name: string; readonly draft: Draft; readonly ways: readonly Way[] };
type Way = { readonly name: string; readonly spoil: Spoil };

const anywhere: Way[] = [
  { name: 'accept', spoil: spoilAccept },
  { name: 'token', spoil: spoilToken },
  { name: 'method', spoil: spoilMethod },
  { name: 'path', spoil: spoilPath },
  { name: 'headers', spoil: spoilHeaders },
];
const json = { name: 'json', spoil: spoilJson };
const fields = { name: 'fields', spoil: spoilFields };
const fernet = { name: 'fernet', spoil: spoilFernet };
const inBody: Way[] = [
  json,
  fields,
  fields,
  { name: 'type', spoil: spoilType },
  { name: 'form', spoil: spoilForm },
];
const base64 = { name: 'base64', spoil: spoilBase64 };
const pem = { name: 'pem', spoil: spoilPem };
const uuid = { name: 'uuid', spoil: spoilUuid };

/** Draws requests that were good before something was done to them. */
export function createSpoiler(world: World, random: SeededRandom): () => SpoiltRequest {
  const bases = basesOf(world);
  return () => {
    const base = random.pick(bases);
    const draft: Draft = {
      ...base.draft,
      headers: [...base.draft.headers],
      fields: base.draft.fields && { ...base.draft.fields },
    };
    const way = random.pick(base.ways);
    way.spoil(draft, random, world);
    const second = random.integer(4) === 0 ? random.pick(anywhere) : undefined;
    // One that was spoilt for certain stays so.
    if (base.ways !== surely) second?.spoil(draft, random, world);
    return {
      bytes: bytesOf(draft),
      hasValidToken: draft.authorization !== undefined && draft.authorization === base.draft.authorization,
      story: `${base.name}: ${way.name}${second ? `, ${second.name}` : ''}`,
    };
  };
}

/** Good requests, each of which finds nothing to change any more. */
export function goodRequests(world: World): Buffer[] {
  const repeatable = ['status', 'discover', 'host_status', 'commands_list', 'host_register', 'command_post'];
  return basesOf(world)
    .filter(({ name }) => repeatable.includes(name))
    .map(({ draft }) => bytesOf(draft));
}

/** A request for a run that is under way: only what surely makes it a bad one is done to it. */
const surely: Way[] = [fernet, fernet, json];

function basesOf(world: World): Base[] {
  const { host, registrationToken } = world;
  const get = (path: string, token?: string) => draftOf('GET', path, token);
  const post = (path: string, token: string, body: object) => draftOf('POST', path, token, body);
  const register = (public_key: string) => post('/api/v1/host/register/', registrationToken, { public_key });
  const report = (id: number) =>
    post(`/api/v1/commands/post/${id}/`, host.token, {
      output: sealFernet(host.uuidKey, 'what it printed'),
      result: sealFernet(host.uuidKey, '["result"]'),
    });
  const verify = post('/api/v1/host/verify/', registrationToken, {
    uuid: host.uuid,
    encrypted: world.usedSignature,
  });
  const getCommand = (id: number) => get(`/api/v1/commands/get/${id}/`, host.token);
  return [
    { name: 'status', draft: get('/api/status/'), ways: anywhere },
    { name: 'discover', draft: get('/api/v1/discover/'), ways: anywhere },
    { name: 'host_register', draft: register(host.publicPem), ways: [...anywhere, ...inBody, pem, pem, pem] },
    { name: 'host_register, new', draft: register(world.newPem), ways: [...anywhere, ...inBody, pem] },
    { name: 'host_register, disabled', draft: register(world.disabledPem), ways: [...anywhere, ...inBody] },
    { name: 'host_verify', draft: verify, ways: [...anywhere, ...inBody, uuid, uuid, base64, base64] },
    { name: 'host_status', draft: get('/api/v1/host/status/', host.token), ways: anywhere },
    { name: 'commands_list', draft: get('/api/v1/commands/list/', host.token), ways: anywhere },
    { name: 'command_get', draft: getCommand(world.deliveredCommand), ways: anywhere },
    { name: 'command_get, foreign', draft: getCommand(world.foreignCommand), ways: anywhere },
    {
      name: 'command_post',
      draft: report(world.finishedCommand),
      ways: [...anywhere, ...inBody, fernet, fernet, base64],
    },
    {
      name: 'command_post, foreign',
      draft: report(world.foreignCommand),
      ways: [...anywhere, ...inBody, fernet],
    },
    { name: 'command_post, under way', draft: report(world.deliveredCommand), ways: surely },
  ];
}
