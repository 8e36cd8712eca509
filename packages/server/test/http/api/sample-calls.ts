import { numberedPath } from '@remotes/protocol/operators/ids';
import { pageOf, pageQuery } from '@remotes/protocol/operators/page';
import type { ApiRoute } from '@remotes/protocol/operators/route';
import { Type } from 'typebox';
import { problem } from '../../../src/domain/operators/problem.ts';
import { type ApiCall, apiCalls } from '../../../src/http/api/api-call.ts';

/** A small contract that shows everything the frame does, whatever the real one asks for. */
const sampleRoutes = {
  boxes_list: {
    method: 'GET',
    path: '/api/v2/boxes',
    access: 'viewer',
    summary: 'List boxes',
    query: Type.Object({
      ...pageQuery,
      size: Type.Optional(Type.Number()),
      is_open: Type.Optional(Type.Boolean()),
      colour: Type.Optional(Type.Array(Type.Enum(['red', 'blue']))),
    }),
    success: 200,
    answer: pageOf(Type.Unknown()),
  },
  boxes_create: {
    method: 'POST',
    path: '/api/v2/boxes',
    access: 'operator',
    summary: 'Make a box',
    body: Type.Object({
      name: Type.String({ minLength: 1 }),
      kind: Type.Optional(Type.Union([Type.Literal('paper'), Type.Literal('wood')])),
      layers: Type.Optional(Type.Array(Type.Object({ thickness: Type.Integer({ minimum: 1 }) }))),
    }),
    success: 201,
    answer: Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      secret: Type.Union([Type.String(), Type.Null()]),
    }),
    isCreating: true,
    shownOnce: ['secret'],
  },
  boxes_get: {
    method: 'GET',
    path: '/api/v2/boxes/{id}',
    access: 'viewer',
    summary: 'Show a box',
    params: numberedPath,
    success: 200,
    answer: Type.Unknown(),
    version: 'shown',
  },
  boxes_edit: {
    method: 'PATCH',
    path: '/api/v2/boxes/{id}',
    access: 'operator',
    summary: 'Change a box',
    params: numberedPath,
    success: 200,
    answer: Type.Unknown(),
    version: 'wanted',
  },
  boxes_remove: {
    method: 'DELETE',
    path: '/api/v2/boxes/{id}',
    access: 'admin',
    summary: 'Remove a box',
    params: numberedPath,
    success: 204,
  },
  boxes_watch: {
    method: 'GET',
    path: '/api/v2/boxes/events',
    access: 'viewer',
    summary: 'Watch boxes',
    success: 200,
    media: 'text/event-stream',
  },
  door_open: {
    method: 'POST',
    path: '/api/v2/door',
    access: 'anyone',
    summary: 'Sign in',
    body: Type.Object({ word: Type.String() }),
    success: 200,
    answer: Type.Unknown(),
  },
} as const satisfies Record<string, ApiRoute>;

// biome-ignore lint/suspicious/noExplicitAny: deeds of a contract that only this file knows
type Deed = (ask: any) => unknown;
export type SampleDeeds = Partial<Record<keyof typeof sampleRoutes, Deed>>;

/** The calls of that contract; a deed that is not given answers what it was asked. */
export function sampleCalls(deeds: SampleDeeds = {}): readonly ApiCall[] {
  const usual: Required<SampleDeeds> = {
    boxes_list: async ({ query }) => ({ answer: { items: [query], next: null } }),
    boxes_create: async ({ body }) => ({
      answer: { id: 1, name: body.name, secret: 'rmt_api_made' },
      location: '/api/v2/boxes/1',
    }),
    boxes_get: async ({ params }) => ({ answer: params, version: '7' }),
    boxes_edit: async ({ wantedVersion }) =>
      wantedVersion === '7' || wantedVersion === undefined
        ? { answer: { wantedVersion: wantedVersion ?? null }, version: '8' }
        : problem('version_changed', 'It was changed meanwhile.'),
    boxes_remove: async () => ({ answer: undefined }),
    boxes_watch: async () => ({ answer: undefined, stream: (async function* () {})() }),
    door_open: async ({ body }) =>
      body.word === 'open'
        ? { answer: {}, session: { token: 'rmt_ses_made', expiresAt: Number.MAX_SAFE_INTEGER } }
        : problem('sign_in_failed', 'The word is wrong.'),
  };
  return apiCalls(sampleRoutes, { ...usual, ...deeds });
}
