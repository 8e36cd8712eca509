import { describe, expect, test } from 'vitest';
import { channelKeys, channelOpener, channelSealer } from '../../src/crypto/channel-frame.ts';

const keys = channelKeys(Buffer.alloc(32, 7));
const sealed = ['one', 'two', 'three'].map(
  (
    (seal) => (text: string) =>
      seal(Buffer.from(text)).sealed
  )(channelSealer(keys.toServer)),
);
const [one = Buffer.alloc(0), two = Buffer.alloc(0), three = Buffer.alloc(0)] = sealed;

describe('frames of the live channel', () => {
  test('open in their order and tell their number', () => {
    const open = channelOpener(keys.toServer);
    const opened = [one, two, three].map((frame) => open(frame));
    expect(opened.map((frame) => [frame?.counter, frame?.plain.toString()])).toEqual([
      [0, 'one'],
      [1, 'two'],
      [2, 'three'],
    ]);
  });

  test('are 16 bytes longer than what is in them', () => {
    expect(one.length).toBe('one'.length + 16);
  });

  const flipped = Buffer.from(one);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  test.each([
    ['was repeated', [one, one]],
    ['was left out', [one, three]],
    ['came before its turn', [two]],
    ['was changed', [flipped]],
    ['is shorter than a seal', [one.subarray(0, 15)]],
    ['is empty', [Buffer.alloc(0)]],
  ])('do not open where one %s, and none after it', (_, frames) => {
    const open = channelOpener(keys.toServer);
    const opened = frames.map((frame) => open(frame));
    expect(opened.at(-1)).toBeUndefined();
    expect([one, two, three].map((frame) => open(frame))).toEqual([undefined, undefined, undefined]);
  });

  test('of one direction do not open in the other', () => {
    expect(channelOpener(keys.toHost)(one)).toBeUndefined();
  });

  test('of another session do not open', () => {
    expect(channelOpener(channelKeys(Buffer.alloc(32, 8)).toServer)(one)).toBeUndefined();
  });
});
