import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decryptOaep } from '@remotes/protocol/crypto/rsa';
import { readSigningPrivateKey } from '@remotes/protocol/crypto/sign';
import { expect } from 'vitest';
import { type ChannelHost, openChannelHost } from '../packages/server/test/channel-host.ts';
import { startClient } from './client-process.ts';
import { pemOf } from './enrolled-host.ts';
import type { Ended, Program } from './program.ts';
import { hostOf, register } from './trusted-fleet.ts';

/** A host whose client works for good, and dies and comes back as it is told. */
export type ChaosHost = {
  /** Ends its client as a kill does, and starts another, that dies at this point if one is named. */
  restart(point?: string): Promise<Program>;
  kill(): Promise<Ended | undefined>;
  client(): Program | undefined;
  /** Another machine with the same keys says hello at this server; it is gone when the client is started again. */
  twin(url: string): Promise<void>;
  /** Which programs were executed: they write it themselves, so that no kill can take it back. */
  executed(): readonly Execution[];
  /** What its clients were told to be stored, and how it had ended. */
  acknowledged(): readonly { readonly name: string; readonly state: string }[];
};

/** One execution of a program. */
export type Execution = { readonly name: string; readonly mark: string };

/** Registers a host with this key. */
export async function prepareHost(key: KeyObject, url: string, token: string): Promise<ChaosHost> {
  const host = hostOf(token);
  const inFolder = (name: string) => join(host.folder, name);
  writeFileSync(inFolder('key.pem'), key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(inFolder('key.pub'), pemOf(key));
  // Named as its own, keys are taken for those of an earlier attempt.
  const named = `[host]\nprivate_key = ${inFolder('key.pem')}\npublic_key = ${inFolder('key.pub')}\n`;
  writeFileSync(host.settings, named, { mode: 0o600 });
  const { code, stderr } = await register(host, url);
  expect(code, stderr).toBe(0);
  let client: Program | undefined;
  let twin: ChannelHost | undefined;
  const former: Program[] = [];
  return {
    async restart(point) {
      await client?.end('SIGKILL');
      twin?.webSocket.terminate();
      client = startClient(['--action=run', '--settings', host.settings, '--interval', '1'], {
        cwd: host.folder,
        env: { REMOTES_CRASH_AT: point },
      });
      former.push(client);
      return client;
    },
    kill: async () => client?.end('SIGKILL'),
    client: () => client,
    async twin(at) {
      const sealed = /^uuid\s*=\s*(.+)$/m.exec(readFileSync(host.settings, 'utf8'))?.[1] ?? '';
      const uuid = decryptOaep(key, sealed) ?? '';
      const channel = readSigningPrivateKey(readFileSync(inFolder('key.pem.channel'), 'utf8'));
      if (!channel) throw new Error('The host has no channel key.');
      twin = await openChannelHost(at, { uuid, channel });
      twin.send(twin.sayProve(), twin.sayHello());
    },
    executed() {
      const file = inFolder('ran');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
      return lines.map((line) => ({ name: line.split(' ')[0] ?? '', mark: line.split(' ')[1] ?? '' }));
    },
    acknowledged() {
      const said = former.map((each) => each.stderr()).join('');
      return [
        ...said.matchAll(
          /"(.+?)"(?:: | was run before, )(\w+(?: out)?)\b.*(?: after .*, stored|: stored now)$/gm,
        ),
      ].map(([, name = '', state = '']) => ({ name, state: state.replace(' ', '_') }));
    },
  };
}
