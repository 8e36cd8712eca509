import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signCheckpoint } from '@remotes/protocol/crypto/audit-chain';
import { type AuditCheckpoint, writeCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import { describe, expect, test } from 'vitest';
import { startFakeApi } from '../fake-api.ts';
import { createCli } from '../run-cli.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const server = '8cfe3e68-0160-4082-b3f6-271295723835';
const closing = (said: AuditCheckpoint) => ({ checkpoint: said, recovery_key: null, successions: [] });
const noSettings = () => ({ items: [], next: null });

function signed(size: number, hash: string, key = privateKey) {
  return signCheckpoint(key, { server, size, hash: hash.repeat(64), at_ms: 1_795_000_000_000 + size });
}
function checkpoint(size: number, hash: string, key = privateKey): string {
  return writeCheckpoint(signed(size, hash, key));
}

describe('checkpoints of the audit', () => {
  const [two, three, four] = [checkpoint(2, 'b'), checkpoint(3, 'c'), checkpoint(4, 'd')];
  const keptThree = async () => {
    const api = await startFakeApi({
      settings_list: noSettings,
      audit_checkpoint: ({ query }) => closing(signed(Number(query.size), query.size === '2' ? 'b' : 'c')),
    });
    const cli = createCli(api.env);
    const ask = async (header: string) => {
      api.headers['Remotes-Checkpoint'] = header;
      return (await cli.run(['settings'])).stderr;
    };
    for (const header of [two, three, three]) expect(await ask(header)).toBe('');
    expect((await cli.run(['audit', 'checkpoint'])).stdout).toBe(`${three}\n`);
    return { cli, ask };
  };

  test('one that is not signed is reported and not kept', async () => {
    const { cli, ask } = await keptThree();
    expect(await ask(four.replace(/.{86}$/, 'A'.repeat(86)))).toMatch(/^WARNING: .* not signed/);
    expect((await cli.run(['audit', 'checkpoint'])).stdout).toBe(`${three}\n`);
    expect(await ask(four)).toBe('');
  });

  test.each([
    ['a smaller one', two, /^WARNING: .* fewer entries of its audit \(2\) than on 2026-\S+ \(3\)\.\n/],
    ['another one', checkpoint(3, 'd'), /^WARNING: .* another record of its audit than on 2026-/],
  ])(
    '%s is reported by each command until it is forgotten, whatever is shown later',
    async (_, other, warning) => {
      const { cli, ask } = await keptThree();
      const said = await ask(other);
      expect(said).toMatch(warning);
      expect(said.match(/WARNING/g)).toHaveLength(1);
      for (const later of [three, four]) expect(await ask(later)).toBe(said);
      expect(await cli.run(['audit', 'check'])).toMatchObject({ code: 1, stderr: said });
      expect((await cli.run(['audit', 'checkpoint'])).stdout).toBe(`${three}\n`);
      const [file = ''] = readdirSync(join(cli.folder, 'checkpoints'));
      const proof = readFileSync(join(cli.folder, 'checkpoints', file), 'utf8').split('\n');
      expect(proof.slice(0, 2)).toEqual([three, other]);
      expect((await cli.run(['audit', 'forget-checkpoint'])).stderr).toMatch(/^Forgotten/);
      expect(await ask(four)).toBe('');
      expect((await cli.run(['audit', 'checkpoint'])).stdout).toBe(`${four}\n`);
    },
  );
});

describe('a record of the audit that is longer than the kept one', () => {
  const { privateKey: otherKey } = generateKeyPairSync('ed25519');
  const refusal = { code: 'not_found' } as const;
  const rewritten = /^WARNING: .* another record of its audit than on 2026-/;
  const otherSigner = /^WARNING: .* signed by another key/;
  test.each([
    ['that leads through it is kept', () => closing(signed(2, 'b')), checkpoint(3, 'c'), /^$/, true],
    [
      'that was rewritten below it is reported',
      () => closing(signed(2, 'd')),
      checkpoint(3, 'c'),
      rewritten,
      false,
    ],
    ['that has no such entry is reported', () => refusal, checkpoint(3, 'c'), rewritten, false],
    [
      'that is told of by another key is reported',
      () => closing(signed(2, 'b', otherKey)),
      checkpoint(3, 'c', otherKey),
      otherSigner,
      false,
    ],
    [
      'whose beginning and end are signed by two is reported',
      () => closing(signed(2, 'b')),
      checkpoint(3, 'c', otherKey),
      otherSigner,
      false,
    ],
    [
      'about which nothing more is said is not kept',
      () => ({ code: 'not_signed_in' }) as const,
      checkpoint(3, 'c'),
      /^Note: .* did not say whether its audit begins as it did on 2026-/,
      false,
    ],
  ])('%s', async (title, answer, longer, warning, isKept) => {
    const api = await startFakeApi({ settings_list: noSettings, audit_checkpoint: answer });
    const cli = createCli(api.env);
    for (const header of [checkpoint(2, 'b'), longer]) {
      api.headers['Remotes-Checkpoint'] = header;
      const { code, stderr } = await cli.run(['settings']);
      expect(code).toBe(0);
      expect(stderr).toMatch(header === longer ? warning : /^$/);
    }
    const { query } = api.asked.findLast(({ route }) => route === 'audit_checkpoint')!;
    expect(query).toEqual({ size: '2' });
    const kept = (await cli.run(['audit', 'checkpoint'])).stdout.trim();
    expect(kept).toBe(isKept ? longer : checkpoint(2, 'b'));
    // Of two words for the same size one is a lie, and both are signed.
    const [file = ''] = readdirSync(join(cli.folder, 'checkpoints'));
    const [, proof] = readFileSync(join(cli.folder, 'checkpoints', file), 'utf8').split('\n');
    expect(proof === checkpoint(2, 'd')).toBe(title === 'that was rewritten below it is reported');
  });
});

describe('answers that are none', () => {
  test.each([
    ['a session that has ended', { code: 'not_signed_in' } as const, 3, /Sign in again: remotes login\.\n$/],
    ['something that this account may not', { code: 'not_allowed' } as const, 3, /may not do this/],
    ['a fault of the server', { code: 'internal' } as const, 5, /The server failed/],
  ])('%s is told in a sentence', async (_, problem, code, sentence) => {
    const api = await startFakeApi({ settings_list: () => problem });
    expect(await createCli(api.env).run(['settings'])).toMatchObject({
      code,
      stderr: expect.stringMatching(sentence),
    });
  });

  test.each(['text/html', 'application/json'])(
    'a page of some proxy as %s is not taken for an answer, nor shown',
    async (type) => {
      const api = await startFakeApi({
        settings_list: () => ({
          write(response) {
            response.writeHead(200, { 'Content-Type': type });
            response.end('<h1>secret corridor</h1>');
          },
        }),
      });
      const { code, stdout, stderr } = await createCli(api.env).run(['settings']);
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
      expect(stderr).toMatch(/does not answer as a Remotes server does \(HTTP 200\)/);
      expect(stderr).not.toContain('corridor');
    },
  );

  test('a change without an Idempotency-Key is not said twice when its answer is lost', async () => {
    const api = await startFakeApi({ settings_remove: () => ({ write: (response) => response.destroy() }) });
    expect(await createCli(api.env).run(['settings', 'remove', 'x'])).toMatchObject({ code: 5 });
    expect(api.asked).toHaveLength(1);
  });

  test('nobody at the address is told at once', async () => {
    const api = await startFakeApi({});
    const gone = { ...api.env, REMOTES_SERVER: 'http://127.0.0.1:1' };
    expect(await createCli(gone).run(['settings'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Nothing listens at http://127.0.0.1:1'),
    });
  });
});

test('a list is read page after page, and items go out as they come', async () => {
  const names = Array.from({ length: 3 }, (_, index) => `s${index}`);
  const api = await startFakeApi({
    settings_list({ query }) {
      const at = Number(query.cursor ?? 0);
      const item = {
        name: names[at] ?? '',
        value: 'v',
        description: '',
        is_secret: false,
        is_steering: false,
      };
      return { items: [item], next: at < 2 ? String(at + 1) : null };
    },
  });
  const cli = createCli(api.env);
  expect(
    JSON.parse((await cli.run(['settings', '--json'])).stdout).map(({ name }: { name: string }) => name),
  ).toEqual(names);
  expect((await cli.run(['settings', '-o', 'csv'])).stdout).toBe(
    `name,value,steers,description\r\n${names.map((name) => `${name},v,,\r\n`).join('')}`,
  );
  expect(api.faults).toEqual([]);
});
