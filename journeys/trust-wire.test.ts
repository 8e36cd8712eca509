import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Answered, Asked, Middle } from './middle.ts';
import { administer } from './server-process.ts';
import { applyPrograms, openTrustedFleet, type TrustedFleet } from './trusted-fleet.ts';

const said = (fleet: TrustedFleet) => fleet.server().program.stdout();
const frames = ({ seen }: Middle) => seen.filter(({ asked }) => asked.path === '/sealed/messages/');
const refusal = ({ status, body }: Answered) => [status, JSON.parse(body.toString()).detail];

async function runsOf({ database }: TrustedFleet) {
  const runs = JSON.parse(await administer(database, 'runs', '--json'));
  return runs.map(({ command, state }: { command: { name: string }; state: string }) => [
    command.name,
    state,
  ]);
}

/** Each way in which bytes are written into a text. */
function spellings(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) =>
    // What stands before it moves the groups of three; the ends that depend on the neighbours are left out.
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  );
  return [bytes, ...base64.map((one) => Buffer.from(one)), Buffer.from(bytes.toString('hex'))];
}

describe('who reads the wire', () => {
  test('from the first byte on, over plain HTTP, sees no token, program, input, output, name, uuid or key of a host', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { 'name-of-the-command': 'print("what-was-" + "printed")' });
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    expect(await host.run('host_status')).toMatchObject({ code: 0 });
    expect(await runsOf(fleet)).toEqual([['name-of-the-command', 'succeeded']]);

    const wire = Buffer.concat(
      fleet.middle.seen.flatMap(({ asked, answered }) => [
        Buffer.from(`${asked.path} ${JSON.stringify(asked.headers)} ${JSON.stringify(answered.headers)}`),
        asked.body,
        answered.body,
      ]),
    );
    const settings = readFileSync(host.settings, 'utf8');
    const publicKey = readFileSync(join(host.folder, 'key.pub'), 'utf8').split('\n')[1] ?? '';
    const secrets = [
      host.token.split('.')[0] ?? '',
      'name-of-the-command',
      'print("what-was-"',
      'what-was-printed',
      /^uuid\s*=\s*(.+)$/m.exec(settings)?.[1] ?? '',
      publicKey,
    ];
    expect(wire.includes('/sealed/messages/')).toBe(true);
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10);
      for (const spelling of spellings(secret)) expect(wire.includes(spelling), secret).toBe(false);
    }
  });
});

describe('who sits in the middle', () => {
  test('and says again what a host said, is refused with message_replayed, and it is on record', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { once: 'print(1)' });
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    const before = await runsOf(fleet);
    const recorded = frames(fleet.middle);
    expect(recorded.length).toBeGreaterThan(2);
    // Again in the same order, then backwards.
    for (const { asked } of [...recorded, ...recorded.toReversed()]) {
      expect(refusal(await fleet.middle.ask(asked))).toEqual([
        409,
        'This message was said before, or came too late.',
      ]);
    }
    expect(said(fleet)).toContain('message_replayed');
    expect(await runsOf(fleet)).toEqual(before);
  });

  test('and says it again to a server that was restarted, gets nothing done', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    const recorded = frames(fleet.middle);
    await fleet.restart();
    await applyPrograms(fleet.database, { 'not yet fetched': 'print(1)' });
    for (const { asked } of recorded) await fleet.middle.ask(asked);
    expect(await runsOf(fleet)).toEqual([]);
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    expect(await runsOf(fleet)).toEqual([['not yet fetched', 'succeeded']]);
  });

  test('and repeats a handshake, gets another one, whose keys open nothing that was recorded', async () => {
    const fleet = await openTrustedFleet();
    await fleet.newHost();
    const [handshake] = fleet.middle.seen.filter(({ asked }) => asked.path === '/sealed/handshake/');
    const again = await fleet.middle.ask(handshake!.asked);
    const answers = [handshake!.answered.body, again.body].map((body) => JSON.parse(body.toString()));
    for (const part of ['ephemeral', 'nonce', 'ticket', 'sealed'])
      expect(answers[0][part]).not.toBe(answers[1][part]);
    // What the host said next does not fit the new handshake.
    const ticket = Buffer.from(answers[1].ticket, 'base64url');
    const said = frames(fleet.middle)[0]!.asked.body;
    const forged = Buffer.concat([said.subarray(0, 25), lengthOf(ticket), ticket, sealedOf(said)]);
    const answer = await fleet.middle.ask({ ...frames(fleet.middle)[0]!.asked, body: forged });
    expect(refusal(answer)).toEqual([400, 'The seal of this message is broken.']);
  });

  test.each([
    ['what the host says', 'asked'],
    ['what the server answers', 'answered'],
  ] as const)(
    'and changes %s, is found out: nothing is run, and the run is done once he is gone',
    async (_, which) => {
      const fleet = await openTrustedFleet();
      const host = await fleet.newHost();
      await applyPrograms(fleet.database, { once: 'print("ran")' });
      const flipped = (body: Buffer) => {
        const changed = Buffer.from(body);
        changed[changed.length - 20]! ^= 1;
        return changed;
      };
      fleet.middle.meddle(
        which === 'asked'
          ? {
              asked: ({ path, body }) => (path === '/sealed/messages/' ? { body: flipped(body) } : undefined),
            }
          : {
              answered: ({ path }, { body, status }) =>
                path === '/sealed/messages/' && status === 200 ? { body: flipped(body) } : undefined,
            },
      );
      const meddled = await host.run('commands_process');
      expect(meddled.code).toBe(1);
      expect(meddled.stderr).not.toContain('fault of the client');
      expect(meddled.stdout).not.toContain('ran');
      if (which === 'asked') expect(said(fleet)).toContain('seal_broken');
      fleet.middle.meddle({});
      expect(await host.run('commands_process')).toMatchObject({ code: 0 });
      expect(await runsOf(fleet)).toEqual([['once', 'succeeded']]);
    },
  );

  test('and answers a claim with an older answer, is found out', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { once: 'print("ran")' });
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    const old = frames(fleet.middle).at(-2)!.answered;
    fleet.middle.meddle({
      asked: ({ path }: Asked) => (path === '/sealed/messages/' ? { answer: old } : undefined),
    });
    const meddled = await host.run('commands_process');
    expect(meddled.code).toBe(1);
    expect(meddled.stdout).not.toContain('"ran');
    fleet.middle.meddle({});
    expect(await host.run('commands_process')).toMatchObject({ code: 0 });
    expect(await runsOf(fleet)).toEqual([['once', 'succeeded']]);
  });

  test('and takes the sealed protocol away, does not bring a host down to v1', async () => {
    const fleet = await openTrustedFleet();
    const host = await fleet.newHost();
    await applyPrograms(fleet.database, { once: 'print("ran")' });
    const asked: string[] = [];
    const notFound = { status: 404, headers: {}, body: Buffer.from('{"detail":"Not found."}') };
    fleet.middle.meddle({
      asked({ path, headers }) {
        asked.push(`${path} ${headers.authorization ?? ''}`);
        return path.startsWith('/sealed/') ? { answer: notFound } : undefined;
      },
      answered: ({ path }, { body }) =>
        path.includes('discover') ? { body: withoutSealed(body) } : undefined,
    });
    for (const action of ['discover', 'commands_process', 'commands_list', 'host_status'])
      await host.run(action);
    expect((await host.run('command_get', '--command', '1')).code).not.toBe(0);
    expect((await host.run('commands_process')).code).toBe(1);
    expect(asked.join('\n')).not.toMatch(/\/api\/v1\/(?!discover)|Token /);
    expect(await runsOf(fleet)).toEqual([]);
  });
});

function withoutSealed(body: Buffer): Buffer {
  const { endpoints, ...others } = JSON.parse(body.toString());
  const { handshake: _, messages: __, ...v1 } = endpoints;
  return Buffer.from(JSON.stringify({ ...others, endpoints: v1 }));
}

function lengthOf(ticket: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(ticket.length);
  return length;
}

function sealedOf(frame: Buffer): Buffer {
  return frame.subarray(27 + frame.readUInt16BE(25));
}
