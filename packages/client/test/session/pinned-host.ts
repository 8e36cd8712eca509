import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encryptOaep, readRsaPublicKey } from '@remotes/protocol/crypto/rsa';
import { readArguments } from '../../src/arguments.ts';
import { readConfig } from '../../src/config.ts';
import type { Context } from '../../src/context.ts';
import { openServer } from '../../src/network/server.ts';
import { openSettingsFile } from '../../src/settings-file.ts';
import type { FakeKey, FakeSealedServer } from '../fake-sealed-server.ts';
import { newKey } from '../fake-sealed-server.ts';
import { makeFolder } from '../run-client.ts';
import { vectors } from '../vectors.ts';

export type PinnedHost = {
  readonly folder: string;
  readonly settings: string;
  readonly privateKey: string;
  readonly uuid: string;
  readonly channelKey: FakeKey;
  /** As an action is given it; `heard` is what people were told. */
  readonly context: () => Context & { heard: string[] };
  /** A value of the settings file as it is now. */
  readonly setting: (section: string, key: string) => string | undefined;
};

/** A host that has enrolled its channel key with the fake server, and what it pinned; with `isPinned: false` one that v1 has verified. */
export async function makePinnedHost(
  fake: FakeSealedServer,
  { isPinned = true }: { isPinned?: boolean } = {},
): Promise<PinnedHost> {
  const folder = await makeFolder();
  const [settings, privateKey, publicKey] = ['s.ini', 'key.pem', 'key.pub'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const { private_pkcs8_pem: privatePem, public_spki_pem: publicPem } = vectors.rsa_keys.main;
  const uuid = fake.newUuid();
  const channelKey = newKey();
  fake.hosts.set(uuid, { publicPem, channelKey: isPinned ? channelKey.text : undefined });
  await writeFile(privateKey, privatePem, { mode: 0o600 });
  await writeFile(publicKey, publicPem);
  const seal = (text: string) => encryptOaep(readRsaPublicKey(publicPem)!, text);
  const lines = [
    ...['[server]', `server_url = ${fake.url}/`, '', '[endpoints]', 'discover = /api/v1/discover/'],
    ...['host_status = /api/v1/host/status/', 'commands_list = /api/v1/commands/list/'],
    ...(isPinned ? ['handshake = /sealed/handshake/', 'messages = /sealed/messages/'] : []),
    ...['', '[host]', `private_key = ${privateKey}`, `public_key = ${publicKey}`],
    ...[`uuid = ${seal(uuid)}`, `token = ${seal('b'.repeat(40))}`],
  ];
  const pin = [
    ...[`channel_key = ${privateKey}.channel`, '', '[trust]', `server = ${fake.serverId}`],
    ...[`signing_key = ${fake.signing.fingerprint}`, `recovery_key = ${fake.recovery.fingerprint}`],
  ];
  if (isPinned) await writeFile(`${privateKey}.channel`, channelKey.pem, { mode: 0o600 });
  await writeFile(settings, `${[...lines, ...(isPinned ? pin : [])].join('\n')}\n`, { mode: 0o600 });

  const open = () => openSettingsFile(settings, () => {});
  return {
    folder,
    settings,
    privateKey,
    uuid,
    channelKey,
    context() {
      const heard: string[] = [];
      const flags = readArguments(['--action=host_status', '--settings', settings]);
      if (typeof flags === 'string') throw new Error('no flags');
      const config = readConfig({});
      const say = (sentence: string) => void heard.push(sentence);
      return { flags, config, settings: open(), server: openServer(config), say, print: () => {}, heard };
    },
    setting: (section, key) => open().get(section, key),
  };
}

/** Adds lines to a settings file, as somebody with an editor does. */
export async function addLines(path: string, text: string): Promise<void> {
  await writeFile(path, `${await readFile(path, 'utf8')}${text}`);
}
