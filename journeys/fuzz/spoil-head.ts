import type { SeededRandom } from '../seeded-random.ts';
import type { Draft } from './draft.ts';
import type { World } from './world.ts';

export type Spoil = (draft: Draft, random: SeededRandom, world: World) => void;

export const spoilAccept: Spoil = (draft, random) => {
  const types = [
    'text/html',
    'image/*',
    'application/json;q=0',
    '*/*;q=0.0',
    'application/xml, text/plain;q=0.5',
  ];
  draft.headers.push(['Accept', random.pick([...types, 'application/jsonx', ';;;,=', '*/html'])]);
};

export const spoilToken: Spoil = (draft, random, world) => {
  const token = draft.authorization?.slice('Token '.length) ?? '';
  const at = random.integer(Math.max(1, token.length));
  const other = random.pick([...'0123456789abcdefXYZ-_~é\x80'].filter((letter) => letter !== token[at]));
  draft.authorization = random.pick([
    undefined,
    '',
    'Token',
    'Token  ',
    'Basic dXNlcjpwYXNz',
    `Bearer ${token}`,
    `Token ${token} ${token}`,
    'Token \xff\xfe',
    `Token ${token.slice(0, at)}${other}${token.slice(at + 1)}`,
    `Token ${token.slice(0, at)}`,
    `Token ${token}${token}`,
    `Token ${'a'.repeat(5000)}`,
    `Token ${random.bytes(20).toString('hex')}`,
    ...world.wrongTokens.map((wrong) => `Token ${wrong}`),
    ...world.wrongTokens.map((wrong) => `Token ${wrong}`),
  ]);
};

export const spoilMethod: Spoil = (draft, random) => {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'SEARCH', 'LOCK', 'HEAD'];
  draft.method = random.pick(methods.filter((method) => method !== draft.method));
};

const numbers = [
  ...['-1', '0', '1.5', '1e0', '0x1', 'NaN', 'null', '', ' ', '%20', '%00', '+1', '1,2', '٣', '１', '999999'],
  ...[
    '9007199254740993',
    '9223372036854775807',
    '9223372036854775808',
    '18446744073709551616',
    '9'.repeat(300),
  ],
].map((text) => Buffer.from(text).toString('latin1'));

export const spoilPath: Spoil = (draft, random) => {
  const numbered = /^(\/api\/v1\/commands\/(?:get|post)\/)/.exec(draft.path)?.[1];
  if (numbered !== undefined && random.integer(3) > 0) {
    draft.path = `${numbered}${random.pick(numbers).replaceAll(' ', '')}/`;
    return;
  }
  const at = 1 + random.integer(draft.path.length - 1);
  const letter = String.fromCharCode(0x21 + random.integer(0x5e));
  draft.path = random.pick([
    `${draft.path.slice(0, at)}${letter}${draft.path.slice(at)}`,
    draft.path.slice(0, at) + draft.path.slice(at + 1),
    `${draft.path}x`,
    `${draft.path}//`,
    `${draft.path}../`,
    `${draft.path}%00`,
    `${draft.path}%`,
    `${draft.path}%c0%ae/`,
    draft.path.toUpperCase(),
    draft.path.replace('/v1', '/v3'),
    draft.path.replace('/api', '/api/../api'),
    `/${draft.path}`,
    `${draft.path.slice(0, at)}${'a'.repeat(3000)}`,
    `${draft.path.slice(0, at)}\xe9\xff`,
    '/api',
    '/api/',
    '/api/v1/',
    '/api/v1/commands/get/',
    '/api/v1/commands/post/',
  ]);
};

export const spoilType: Spoil = (draft, random) => {
  draft.contentType = random.pick([
    ...[
      'text/plain',
      'application/xml',
      'application/jsonx',
      'text/json',
      'application/octet-stream',
      '/',
      ';',
    ],
    ...['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary=nothing'],
    ...['application/json; charset=utf-16', 'application/json; charset=klingon', 'image/png; boundary=x'],
  ]);
};

export const spoilHeaders: Spoil = (draft, random) => {
  const more: [string, string][][] = [
    [['X-Long', 'a'.repeat(20_000)]],
    Array.from({ length: 1500 }, (_, index) => [`X-${index}`, 'many headers'] as [string, string]),
    [['Content-Encoding', random.pick(['gzip', 'br', 'deflate, gzip'])]],
    [['Accept-Charset', 'klingon']],
    [
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
    ],
    [['Authorization', 'Token second']],
    [['Content-Type', 'text/plain']],
    [
      ['X-HTTP-Method-Override', 'DELETE'],
      ['X-Forwarded-For', "1'; drop table hosts"],
      ['Forwarded', 'for=;;'],
    ],
    [
      [
        'Cookie',
        random
          .bytes(30)
          .toString('latin1')
          .replace(/[^\x20-\x7e]/g, '?'),
      ],
    ],
    [
      ['CLIENT-AGENT', 'é'.repeat(500)],
      ['CLIENT-VERSION', "\xff' or 1=1 --"],
    ],
  ];
  draft.headers.push(...random.pick(more));
};
