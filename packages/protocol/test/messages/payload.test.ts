import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPayload, writePayload } from '../../src/messages/payload.ts';
import { hostMessages, readHostMessage, readServerMessage, serverMessages } from '../../src/messages.ts';

describe('a payload', () => {
  const messages = fc.array(
    fc.record({
      message: fc.record({ type: fc.string(), note: fc.string({ unit: 'grapheme' }) }),
      data: fc.uint8Array({ maxLength: 50 }),
    }),
    { maxLength: 20 },
  );

  test('holds messages in their order, with their bytes', () => {
    fc.assert(
      fc.property(messages, (given) => {
        const read = readPayload(writePayload(given))!;
        expect(read.map(({ message }) => [message.type, message.note])).toEqual(
          given.map(({ message }) => [message.type, message.note]),
        );
        expect(read.map(({ data }) => data)).toEqual(given.map(({ data }) => Buffer.from(data)));
      }),
    );
  });

  test('that is not whole is none', () => {
    const whole = writePayload([
      { message: { type: 'output' }, data: Buffer.from('abc') },
      { type: 'claim' },
    ]);
    expect(readPayload(whole)).toHaveLength(2);
    for (const length of whole.keys()) expect(readPayload(whole.subarray(0, length))).toBeUndefined();
    expect(readPayload(Buffer.concat([whole, Buffer.from('d')]))).toBeUndefined();
  });

  test.each([
    'null',
    '[]',
    '{}',
    '{"messages":{}}',
    '{"messages":[null]}',
    '{"messages":[{}]}',
    '{"messages":[{"type":1}]}',
    '{"messages":[{"type":"a","bytes":-1}]}',
    '{"messages":[{"type":"a","bytes":1.5}]}',
    '{"messages":[{"type":"a","bytes":"1"}]}',
    `{"messages":[${'{"type":"a"},'.repeat(1000)}{"type":"a"}]}`,
  ])('is not %s', (json) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(json.length);
    expect(readPayload(Buffer.concat([length, Buffer.from(json)]))).toBeUndefined();
  });

  test('of any bytes is read without a fault', () => {
    fc.assert(fc.property(fc.uint8Array(), (garbage) => void readPayload(Buffer.from(garbage))));
  });
});

describe('a message', () => {
  test('of a type that is not known here is passed over, whichever name it has', () => {
    for (const type of ['stream_output', 'constructor', '__proto__', 'toString'])
      expect([readHostMessage({ type }), readServerMessage({ type })]).toEqual(['unknown', 'unknown']);
  });

  test('with members that are not known here is taken', () => {
    const message = { type: 'claim', limit: 3, priority: 'high' };
    expect(readHostMessage(message)).toBe(message);
  });

  test('in a shape that it never has is told apart', () => {
    for (const limit of [0, -1, 1.5, '3', null, undefined])
      expect(readHostMessage({ type: 'claim', limit } as { type: string })).toBe('malformed');
  });

  test('is one of a host or one of a server', () => {
    const both = Object.keys(hostMessages).filter((type) => type in serverMessages);
    expect(both).toEqual([]);
  });
});
