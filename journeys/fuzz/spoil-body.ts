import type { SeededRandom } from '../seeded-random.ts';
import { bodyOf, type Draft } from './draft.ts';
import type { Spoil } from './spoil-head.ts';

/** Bodies that are no JSON object. */
export const spoilJson: Spoil = (draft, random) => {
  const body = bodyOf(draft) ?? Buffer.from('{}');
  const at = 1 + random.integer(body.length - 1);
  draft.body = random.pick<() => Buffer>([
    () => body.subarray(0, at),
    () => Buffer.concat([body, Buffer.from(random.pick(['}', 'x', ',', '{}', '\0']))]),
    () => Buffer.from(random.pick(['null', 'true', '5', '"text"', '[]', '[{}]', `[${body}]`, '1e999', '-0'])),
    () =>
      Buffer.from(random.pick(["{'a': 1}", '{a: 1}', '{"a": NaN}', '{"a": 01}', '{,}', '<xml/>', '\u0000'])),
    () => Buffer.from('['.repeat(3000) + ']'.repeat(3000)),
    () => Buffer.from(`{"a":${'{"a":'.repeat(3000)}1${'}'.repeat(3001)}`),
    () => Buffer.concat([Buffer.from([0xff, 0xfe]), body]),
    () => Buffer.concat([body.subarray(0, at), Buffer.from([0xc3, 0x28]), body.subarray(at)]),
    () => Buffer.from(body.toString(), 'utf16le'),
    () => random.bytes(1 + random.integer(200)),
    () => Buffer.alloc(140_000, ' '),
  ])();
};

const wrongValues = [
  null,
  '',
  0,
  1,
  -1.5,
  true,
  false,
  [],
  {},
  [''],
  { a: 1 },
  'text',
  'é',
  '\0',
  '\ud800',
  'a'.repeat(5000),
];

/** Fields that are missing, or hold something else than their text. */
export const spoilFields: Spoil = (draft, random) => {
  const fields = draft.fields ?? {};
  const name = random.pick(Object.keys(fields));
  const how = random.integer(6);
  if (how < 2) delete fields[name];
  else if (how < 5) fields[name] = random.pick(wrongValues);
  else {
    const value = fields[name];
    delete fields[name];
    fields[random.pick([name.toUpperCase(), `${name} `, '__proto__', 'constructor', `${name}[]`])] = value;
  }
};

/** The same as a form, with something wrong in it. */
export const spoilForm: Spoil = (draft, random, world) => {
  spoilFields(draft, random, world);
  const fields = Object.entries(draft.fields ?? {}).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  if (random.integer(2) === 0) {
    draft.contentType = 'application/x-www-form-urlencoded';
    const text = new URLSearchParams(fields).toString();
    draft.body = Buffer.from(
      random.pick([text, text.replaceAll('%', '%%'), `${text}&${'a&'.repeat(2000)}`, '=&=']),
      'latin1',
    );
    return;
  }
  draft.contentType = 'multipart/form-data; boundary=edge';
  const part = ([name, value]: [string, string]) =>
    `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const text = `${fields.map(part).join('')}--edge--\r\n`;
  draft.body = Buffer.from(
    random.pick([
      text,
      text.slice(0, text.length / 2),
      text.replaceAll('\r', ''),
      text.replace('form-data', 'file'),
    ]),
  );
};

/** A text of base64 that is not what it was. */
export const spoilBase64: Spoil = (draft, random) => {
  changeText(draft, random, ['encrypted', 'output', 'result'], (text) => wrongBase64(text, random));
};

/** A Fernet token that its key surely does not open. */
export const spoilFernet: Spoil = (draft, random, world) => {
  changeText(draft, random, ['output', 'result'], (text) =>
    random.pick([
      () => flip(text, random),
      () => text.slice(0, random.integer(text.length - 8)),
      () => text.slice(4 + random.integer(20)),
      () => world.foreignFernet,
      () => `A${text.slice(1)}`,
      () => random.bytes(120).toString('base64url'),
      () => 'not a token',
    ])(),
  );
};

export const spoilUuid: Spoil = (draft, random) => {
  changeText(draft, random, ['uuid'], (uuid) => {
    const at = random.integer(uuid.length);
    const wrong = [
      crypto.randomUUID(),
      uuid.slice(0, at),
      `${uuid}0`,
      `${uuid.slice(0, at)}g${uuid.slice(at + 1)}`,
    ];
    const odd = [
      '00000000-0000-0000-0000-000000000000',
      `${uuid}\0`,
      "' or '1'='1",
      '1',
      '../..',
      '\u0661'.repeat(32),
    ];
    return random.pick([...wrong, ...odd]);
  });
};

/** Another letter at one place, far enough from the end that other bytes come of it. */
function flip(text: string, random: SeededRandom): string {
  const at = random.integer(Math.max(1, text.length - 8));
  const letters = [...'ABCDEFGHabcdefgh01234567'].filter((letter) => letter !== text[at]);
  return text.slice(0, at) + random.pick(letters) + text.slice(at + 1);
}

function wrongBase64(text: string, random: SeededRandom): string {
  return random.pick([
    () => flip(text, random),
    () => text.slice(0, random.integer(text.length - 8)),
    () => text.slice(8),
    () => [...text].reverse().join(''),
    () => random.bytes(256).toString('base64'),
    () => '====',
    () => '\u00e9'.repeat(40),
    () => 'A'.repeat(40_000),
    () => Buffer.from(text, 'base64').toString('hex'),
  ])();
}

function changeText(
  draft: Draft,
  random: SeededRandom,
  names: readonly string[],
  change: (text: string) => string,
): void {
  const fields = draft.fields ?? {};
  const name = random.pick(names.filter((known) => typeof fields[known] === 'string'));
  fields[name] = change(String(fields[name]));
}
