import { isRefusal } from '@remotes/protocol/errors';
import { describe, expect, test } from 'vitest';
import { readFields } from '../../src/http/body.ts';
import { eachDatabase } from '../databases.ts';
import { dial, readAnswer } from './call.ts';
import { openDoor, sealedPost } from './open-door.ts';

async function read(type: string | undefined, body: string | Buffer) {
  const headers = type === undefined ? {} : { 'content-type': type };
  const reading = await readFields(headers, Buffer.from(body));
  return isRefusal(reading) ? reading : reading.fields;
}
const boundary = 'd41d8cd98f00b204';
const part = (name: string, value: string, more = '') =>
  `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;

describe('readFields', () => {
  test('reads JSON, urlencoded and multipart bodies alike', async () => {
    const fields = { output: 'a+b/c= d', result: '✓' };
    expect(await read('application/json', JSON.stringify(fields))).toEqual(fields);
    expect(await read('Application/JSON; charset="UTF-8"', JSON.stringify(fields))).toEqual(fields);
    const encoded = new URLSearchParams(fields).toString();
    expect(await read('application/x-www-form-urlencoded', encoded)).toEqual(fields);
    const multipart = `${part('output', fields.output)}${part('result', fields.result)}--${boundary}--\r\n`;
    expect(await read(`multipart/form-data; boundary=${boundary}`, multipart)).toEqual(fields);
  });

  test('leaves files out, and takes the last of a field that is named twice', async () => {
    const multipart = `${part('a', '1')}${part('a', '2')}${part('f', 'x', '; filename="f.txt"')}--${boundary}--`;
    expect(await read(`multipart/form-data; boundary="${boundary}"`, multipart)).toEqual({ a: '2' });
    expect(await read('application/x-www-form-urlencoded', 'a=1&a=2')).toEqual({ a: '2' });
    expect(await read('application/json', '{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  test('reads the stated charset, and UTF-8 where nobody knows it', async () => {
    const latin = Buffer.from('{"a":"é"}', 'latin1');
    expect(await read('application/json; charset=iso-8859-1', latin)).toEqual({ a: 'é' });
    expect(await read('application/json; charset=utf-16le', Buffer.from('{"a":"é"}', 'utf16le'))).toEqual({
      a: 'é',
    });
    expect(await read('application/json; charset=klingon', '{"a":"é"}')).toEqual({ a: 'é' });
    expect(await read('application/json', latin)).toMatchObject({ refused: 'invalid_json' });
  });

  test('takes an empty body as no fields, whatever its type', async () => {
    for (const type of [undefined, 'application/json', 'text/plain', 'rubbish']) {
      expect(await read(type, '')).toEqual({});
    }
  });

  test('refuses a body that has no type', async () => {
    expect(await read(undefined, '{}')).toMatchObject({ refused: 'unsupported_media_type' });
  });

  test('keeps a field named __proto__ a field', async () => {
    const fields = await read('application/json', '{"__proto__":{"public_key":"x"}}');
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect('public_key' in fields).toBe(false);
    const form = await read('application/x-www-form-urlencoded', '__proto__=x&constructor=y');
    expect(Object.keys(form)).toEqual(['__proto__', 'constructor']);
  });

  test('repeats nothing of a body that is wrong', async () => {
    const refusal = await read('application/json', '{"token":"secret-1234" "');
    expect(isRefusal(refusal)).toBe(true);
    expect(JSON.stringify(refusal)).not.toContain('secret');
  });
});

describe('bodies on their way', () => {
  eachDatabase((open) => {
    test('a post is taken in pieces, as a form, and as multipart', async () => {
      const { url, call, enrol } = await openDoor(await open());
      const { machine, token, wireNumber } = await enrol();
      await call(`/api/v1/commands/get/${wireNumber}/`, { token });
      const path = `/api/v1/commands/post/${wireNumber}/`;
      const fields = sealedPost(machine, 'out', '[1]');
      const socket = dial(url);
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Token ${token}\r\nConnection: close\r\n` +
          'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      for (const piece of JSON.stringify(fields).match(/.{1,50}/gs) ?? []) {
        socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
      }
      socket.write('0\r\n\r\n');
      expect(await readAnswer(socket)).toMatchObject({ status: 201, json: { results: { id: 1 } } });

      const form = await call(path, {
        token,
        body: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(form.status).toBe(201);
      const multipart = await call(path, {
        token,
        body: `${part('output', fields.output)}${part('result', fields.result)}--${boundary}--\r\n`,
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      });
      expect(multipart.status).toBe(201);
    });
  });
});
