import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openAnswer,
  openRequest,
  readFrame,
  sealAnswer,
  sealRequest,
  sessionKeys,
} from '../../src/crypto/frame.ts';
import { answerHandshake, offerHandshake } from '../../src/crypto/handshake.ts';
import {
  isSignedFor,
  newSigningKey,
  readSigningPrivateKey,
  readSigningPublicKey,
  signFor,
  signingPublicText,
} from '../../src/crypto/sign.ts';
import { type SealedPeer, startSealedPeer, testWithPeer } from '../python/sealed-peer.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const bytes = (said: string) => Buffer.from(said, 'base64url');
const head = (counter: number) => ({
  instance: Buffer.alloc(16, 7),
  counter,
  ticket: Buffer.from('a ticket'),
});

function bothEnds() {
  const { offer, agree } = offerHandshake([1]);
  const answered = answerHandshake(offer, 1)!;
  return { offer, answered, client: agree(answered.reply)!, server: answered.agreement };
}

describe('a handshake', () => {
  test('leaves both ends with the same keys, and each one with others', () => {
    const { client, server } = bothEnds();
    expect(client.transcript).toEqual(server.transcript);
    const sealed = server.sealProof(Buffer.from('it is me'));
    expect(client.openProof(sealed)?.toString()).toBe('it is me');
    expect(client.session(sealed)).toEqual(server.session(sealed));
    expect(bothEnds().client.session(sealed).secret).not.toEqual(client.session(sealed).secret);
  });

  test('that somebody in the middle changes has no proof: every byte of offer and reply counts', () => {
    const parts = ['ephemeral', 'nonce'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...parts), fc.nat(31), fc.boolean(), (part, at, isOffer) => {
        const { offer, agree } = offerHandshake([1]);
        const change = <Half extends typeof offer | { version: number; ephemeral: Buffer; nonce: Buffer }>(
          half: Half,
        ) => {
          const changed = Buffer.from(half[part]);
          // The highest bit of an X25519 key is not looked at (RFC 7748, section 5): the transcript sees it all the same.
          changed[at]! ^= 0x80;
          return { ...half, [part]: changed };
        };
        const answered = answerHandshake(isOffer ? change(offer) : offer, 1);
        const client = answered && agree(isOffer ? answered.reply : change(answered.reply));
        const sealed = answered?.agreement.sealProof(Buffer.from('it is me'));
        expect(sealed && client?.openProof(sealed)).toBeUndefined();
      }),
    );
  });

  test('whose versions somebody changes has no proof: nobody talks two ends down', () => {
    const { offer, agree } = offerHandshake([1, 2]);
    const answered = answerHandshake({ ...offer, versions: [1] }, 1)!;
    const sealed = answered.agreement.sealProof(Buffer.from('it is me'));
    expect(agree(answered.reply)!.openProof(sealed)).toBeUndefined();
  });

  test.each([
    ['zero', Buffer.alloc(32)],
    ['one', Buffer.from([1, ...Buffer.alloc(31)])],
    ['p', Buffer.from('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'hex')],
    ['of order 8', Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex')],
    ['too short', Buffer.alloc(31, 9)],
  ])('agrees on nothing with a key that is %s', (_, ephemeral) => {
    const { offer, agree } = offerHandshake([1]);
    expect(answerHandshake({ ...offer, ephemeral }, 1)).toBeUndefined();
    const { reply } = answerHandshake(offer, 1)!;
    expect(agree({ ...reply, ephemeral })).toBeUndefined();
  });
});

describe('a frame', () => {
  const { client, server } = bothEnds();
  const sealed = server.sealProof(Buffer.from('proof'));
  const keys = sessionKeys(client.session(sealed).secret, head(0).instance);

  test('says what was sealed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.maxSafeNat(),
        fc.uint8Array({ maxLength: 300 }),
        (plain, counter, ticket) => {
          const said = { instance: head(0).instance, counter, ticket: Buffer.from(ticket) };
          const frame = readFrame(sealRequest(keys, said, plain))!;
          expect(frame).toMatchObject(said);
          expect(openRequest(keys, frame)).toEqual(Buffer.from(plain));
          const answer = sealAnswer(keys, frame, plain);
          expect(openAnswer(keys, said, answer)).toEqual(Buffer.from(plain));
        },
      ),
    );
  });

  test('that was changed anywhere does not open', () => {
    const whole = sealRequest(keys, head(5), Buffer.from('run what is due'));
    for (const at of whole.keys()) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      const frame = readFrame(changed);
      const { instance } = frame ?? head(0);
      expect(
        frame && openRequest(sessionKeys(client.session(sealed).secret, instance), frame),
      ).toBeUndefined();
    }
    for (const length of whole.keys()) {
      const frame = readFrame(whole.subarray(0, length));
      expect(frame && openRequest(keys, frame)).toBeUndefined();
    }
  });

  test('of the host is none of the server, and an answer answers its own request alone', () => {
    const answer = sealAnswer(keys, head(5), Buffer.from('stored'));
    expect(openAnswer(keys, head(6), answer)).toBeUndefined();
    expect(openAnswer(keys, { ...head(5), ticket: Buffer.from('another') }, answer)).toBeUndefined();
    expect(openRequest(keys, { ...head(5), sealed: answer })).toBeUndefined();
    const request = readFrame(sealRequest(keys, head(5), Buffer.from('stored')))!;
    expect(openAnswer(keys, head(5), request.sealed)).toBeUndefined();
  });

  test('of any bytes is read without a fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (garbage) => {
        const frame = readFrame(Buffer.from([1, ...garbage]));
        expect(frame && openRequest(keys, frame)).toBeUndefined();
      }),
    );
  });
});

describe('against an implementation in Python', () => {
  let peer: SealedPeer;
  beforeAll(() => {
    peer = startSealedPeer();
  });
  afterAll(() => peer.end());

  testWithPeer('a handshake of its client, and frames both ways', async () => {
    const offered = await peer.ask('offer', { versions: [1] });
    const offer = { versions: [1], ephemeral: bytes(offered.ephemeral), nonce: bytes(offered.nonce) };
    const { reply, agreement } = answerHandshake(offer, 1)!;
    const sealed = agreement.sealProof(Buffer.from('it is me'));
    const session = agreement.session(sealed);
    const said = await peer.ask('agree', {
      version: 1,
      ephemeral: text(reply.ephemeral),
      nonce: text(reply.nonce),
      sealed: text(sealed),
    });
    expect(said).toEqual({
      transcript1: text(agreement.transcript),
      transcript2: text(session.transcript),
      secret: text(session.secret),
      proof: text(Buffer.from('it is me')),
    });

    const keys = sessionKeys(session.secret, head(0).instance);
    const named = { secret: text(session.secret), instance: text(head(0).instance) };
    const asked = await peer.ask('request', {
      ...named,
      counter: 3,
      ticket: text(head(0).ticket),
      plain: text(Buffer.from('claim')),
    });
    const frame = readFrame(bytes(asked.frame))!;
    expect(frame).toMatchObject(head(3));
    expect(openRequest(keys, frame)?.toString()).toBe('claim');
    const answer = sealAnswer(keys, frame, Buffer.from('run'));
    const opened = { ...named, counter: 3, ticket: text(head(0).ticket), sealed: text(answer) };
    expect(await peer.ask('open_answer', opened)).toEqual({ plain: text(Buffer.from('run')) });
    expect(await peer.ask('open_answer', { ...opened, counter: 4 })).toEqual({ refused: 'InvalidTag' });
  });

  testWithPeer('a handshake of its server, and frames both ways', async () => {
    const { offer, agree } = offerHandshake([1]);
    const replied = await peer.ask('answer', {
      versions: [1],
      ephemeral: text(offer.ephemeral),
      nonce: text(offer.nonce),
      proof: text(Buffer.from('it is me')),
    });
    const agreement = agree({
      version: 1,
      ephemeral: bytes(replied.ephemeral),
      nonce: bytes(replied.nonce),
    })!;
    const sealed = bytes(replied.sealed);
    expect(agreement.openProof(sealed)?.toString()).toBe('it is me');
    const session = agreement.session(sealed);
    expect(text(session.secret)).toBe(replied.secret);

    const keys = sessionKeys(session.secret, head(0).instance);
    const frame = sealRequest(keys, head(2 ** 40), Buffer.from('claim'));
    expect(await peer.ask('open_request', { secret: replied.secret, frame: text(frame) })).toEqual({
      version: 1,
      counter: 2 ** 40,
      instance: text(head(0).instance),
      ticket: text(head(0).ticket),
      plain: text(Buffer.from('claim')),
    });
    const answered = await peer.ask('answer_request', {
      secret: replied.secret,
      instance: text(head(0).instance),
      counter: 2 ** 40,
      ticket: text(head(0).ticket),
      plain: text(Buffer.from('run')),
    });
    expect(openAnswer(keys, head(2 ** 40), bytes(answered.sealed))?.toString()).toBe('run');
  });

  testWithPeer('signatures, made by either and checked by the other', async () => {
    const data = Buffer.from('what is to be executed');
    const made = await peer.ask('sign', { purpose: 'manifest', data: text(data) });
    const key = readSigningPublicKey(made.key)!;
    expect(isSignedFor('manifest', key, data, made.signature)).toBe(true);
    expect(isSignedFor('result', key, data, made.signature)).toBe(false);
    expect(isSignedFor('manifest', key, `${data} `, made.signature)).toBe(false);

    const own = readSigningPrivateKey(newSigningKey().privatePem)!;
    const signature = signFor('result', own, data);
    const named = { key: signingPublicText(own), signature, data: text(data) };
    expect(await peer.ask('verify', { ...named, purpose: 'result' })).toEqual({ good: true });
    expect(await peer.ask('verify', { ...named, purpose: 'manifest' })).toEqual({
      refused: 'InvalidSignature',
    });
  });
});
