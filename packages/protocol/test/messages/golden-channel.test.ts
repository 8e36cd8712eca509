import { describe, expect, test } from 'vitest';
import { channelKeys, channelOpener } from '../../src/crypto/channel-frame.ts';
import { readChannelPayload } from '../../src/messages/payload.ts';
import { readHostMessage, readServerMessage } from '../../src/messages.ts';
import golden from '../golden/sealed-capability-2.json' with { type: 'json' };

const bytes = (text: string) => Buffer.from(text, 'base64url');
const keys = channelKeys(bytes(golden.channel.secret));

describe('what capability 2 adds is understood', () => {
  test.each(golden.messages.host.map((message) => [message.type, message] as const))(
    'of a host: %s',
    (_, message) => {
      expect(readHostMessage(message)).toBe(message);
    },
  );
  test.each(golden.messages.server.map((message) => [message.type, message] as const))(
    'of a server: %s',
    (_, message) => {
      expect(readServerMessage(message)).toBe(message);
    },
  );

  test('in frames of a host', () => {
    const open = channelOpener(keys.toServer);
    const said = golden.channel.to_server.map((frame) => readChannelPayload(open(bytes(frame))!.plain)!);
    expect(said.map(({ answers }) => answers)).toEqual([undefined, undefined]);
    expect(said.flatMap(({ carried }) => carried.map(({ message }) => message))).toEqual(
      golden.messages.host,
    );
    expect(said[1]?.carried[0]?.data.toString()).toBe('hello\n');
  });

  test('in frames of a server, those that answer and those that come unasked', () => {
    const open = channelOpener(keys.toHost);
    const said = golden.channel.to_host.map((frame) => readChannelPayload(open(bytes(frame))!.plain)!);
    expect(said.map(({ answers }) => answers)).toEqual([0, undefined, 1, undefined]);
    expect(said.map(({ carried }) => carried.map(({ message }) => message.type))).toEqual([
      ['welcome'],
      ['stop'],
      [],
      ['goodbye'],
    ]);
  });
});
