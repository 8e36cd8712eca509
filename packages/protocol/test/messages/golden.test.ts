import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openAnswer, openRequest, readFrame, sessionKeys } from '../../src/crypto/frame.ts';
import { isIncluded } from '../../src/crypto/merkle.ts';
import { isSignedFor, readSigningPublicKey } from '../../src/crypto/sign.ts';
import type { GiveRun } from '../../src/messages/claim.ts';
import type { Finished } from '../../src/messages/finished.ts';
import { readPayload } from '../../src/messages/payload.ts';
import { hostMessages, readHostMessage, readServerMessage, serverMessages } from '../../src/messages.ts';
import { canonicalJson } from '../../src/values/canonical-json.ts';
import golden from '../golden/sealed-capability-1.json' with { type: 'json' };
import added from '../golden/sealed-capability-2.json' with { type: 'json' };

const { host, server } = golden.messages;
const bytes = (text: string) => Buffer.from(text, 'base64url');
const signingKey = readSigningPublicKey(golden.keys.signing)!;
const channelKey = readSigningPublicKey(golden.keys.channel)!;

describe('what capability 1 says is understood', () => {
  test.each(host.map((message) => [message.type, message] as const))('of a host: %s', (_, message) => {
    expect(readHostMessage(message)).toBe(message);
  });
  test.each(server.map((message) => [message.type, message] as const))('of a server: %s', (_, message) => {
    expect(readServerMessage(message)).toBe(message);
  });

  test('in all of its messages, with those that capability 2 added', () => {
    const types = (messages: readonly { type: string }[]) => new Set(messages.map(({ type }) => type));
    expect(types([...host, ...added.messages.host])).toEqual(new Set(Object.keys(hostMessages)));
    expect(types([...server, ...added.messages.server])).toEqual(new Set(Object.keys(serverMessages)));
  });

  test('in frames, and in the answers to them', () => {
    const { secret, bytes: whole, answer } = golden.frame;
    const frame = readFrame(bytes(whole))!;
    expect(frame.counter).toBe(golden.frame.counter);
    const keys = sessionKeys(bytes(secret), frame.instance);
    const said = readPayload(openRequest(keys, frame)!)!;
    expect(said.map(({ message, data }) => [message.type, data.toString()])).toEqual([
      ['output', 'hello\n'],
      ['claim', ''],
    ]);
    const answered = readPayload(openAnswer(keys, frame, bytes(answer))!)!;
    expect(answered[0]?.message).toEqual({
      type: 'claimed',
      runs: 0,
      has_more: false,
      time_ms: 1760000000000,
    });
  });

  test('in manifests: the signature, the leaf and its path', () => {
    const run = server.find(({ type }) => type === 'run') as unknown as GiveRun;
    expect(isSignedFor('manifest', signingKey, canonicalJson(run.manifest), run.signature)).toBe(true);
    const inputs = canonicalJson({ settings: run.settings, variables: run.variables });
    expect(createHash('sha256').update(inputs).digest('hex')).toBe(run.leaf.inputs_sha256);
    const place = {
      index: run.leaf_index,
      size: run.manifest.leaves,
      proof: run.proof.map(bytes),
      root: Buffer.from(run.manifest.root, 'hex'),
    };
    expect(isIncluded(Buffer.from(canonicalJson(run.leaf)), place)).toBe(true);
  });

  test('in statements, and in successions of keys', () => {
    const finished = host.find(({ type }) => type === 'finished') as unknown as Finished;
    expect(canonicalJson(JSON.parse(finished.statement))).toBe(finished.statement);
    expect(isSignedFor('result', channelKey, finished.statement, finished.signature)).toBe(true);
    const { signature, ...succession } = golden.succession;
    expect(isSignedFor('key succession', signingKey, canonicalJson(succession), signature)).toBe(true);
  });
});
