import { createPublicKey, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contract } from '@remotes/protocol/contract';
import {
  type FernetKey,
  fernetKeyOfUuid,
  openFernet,
  readFernetKey,
  sealFernet,
} from '@remotes/protocol/crypto/fernet';
import { decryptOaep, signPss } from '@remotes/protocol/crypto/rsa';
import { makeQuickKeys } from './quick-keys.ts';
import type { Answer, Wire } from './wire.ts';

/** A host that this test process plays itself, and that a client may go on with from its settings file. */
export type EnrolledHost = {
  readonly uuid: string;
  readonly token: string;
  readonly privateKey: KeyObject;
  readonly publicPem: string;
  readonly uuidKey: FernetKey;
  /** As received: what a settings file holds. */
  readonly sealedUuid: string;
  readonly sealedToken: string;
};

/** Registers and verifies a host with this key. */
export async function enrolHost(
  wire: Wire,
  registrationToken: string,
  privateKey: KeyObject = makeQuickKeys(1)[0] as KeyObject,
): Promise<EnrolledHost> {
  const publicPem = pemOf(privateKey);
  const registered = await wire.ask({
    method: 'POST',
    path: '/api/v1/host/register/',
    token: registrationToken,
    body: { public_key: publicPem },
  });
  const uuid = opened(privateKey, registered);
  const verified = await wire.ask({
    method: 'POST',
    path: '/api/v1/host/verify/',
    token: registrationToken,
    body: { uuid, encrypted: signPss(privateKey, 'OK') },
  });
  return {
    uuid,
    token: opened(privateKey, verified),
    privateKey,
    publicPem,
    uuidKey: fernetKeyOfUuid(uuid),
    sealedUuid: registered.json.encrypted,
    sealedToken: verified.json.encrypted,
  };
}

export function pemOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
}

/** Writes what a client of this host needs into a folder; the path of the settings file. */
export function writeSettings(host: EnrolledHost, serverUrl: string, folder: string): string {
  const settings = join(folder, 'host.ini');
  const key = join(folder, 'host.key');
  writeFileSync(key, host.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(`${key}.pub`, host.publicPem);
  const endpoints = Object.values(contract)
    .filter(({ name }) => name !== 'status')
    .map(({ name, path }) => `${name} = ${path}`);
  const lines = [
    ...['[server]', `server_url = ${serverUrl}/`, '', '[endpoints]', ...endpoints],
    ...['', '[host]', `private_key = ${key}`, `public_key = ${key}.pub`],
    ...[`uuid = ${host.sealedUuid}`, `token = ${host.sealedToken}`],
  ];
  writeFileSync(settings, `${lines.join('\n')}\n`, { mode: 0o600 });
  return settings;
}

/** Fetches a command as this host; its program text, or undefined when it was refused. */
export async function fetchCommand(wire: Wire, host: EnrolledHost, id: number): Promise<string | undefined> {
  const answer = await wire.ask({ path: `/api/v1/commands/get/${id}/`, token: host.token });
  if (answer.status !== 200) return undefined;
  const key = readFernetKey(decryptOaep(host.privateKey, answer.json.encryption_key) ?? '');
  return key && openFernet(key, answer.json.command)?.toString();
}

/** Posts as this host. */
export function postResult(
  wire: Wire,
  { token, uuidKey }: EnrolledHost,
  id: number,
  { output, result }: { output: string; result: string },
): Promise<Answer> {
  return wire.ask({
    method: 'POST',
    path: `/api/v1/commands/post/${id}/`,
    token,
    body: { output: sealFernet(uuidKey, output), result: sealFernet(uuidKey, result) },
  });
}

export async function listedCommands(wire: Wire, { token }: EnrolledHost): Promise<number[]> {
  const { json } = await wire.ask({ path: '/api/v1/commands/list/', token });
  return json.results.map(({ command }: { command: number }) => command);
}

function opened(privateKey: KeyObject, answer: Answer): string {
  const text = answer.status === 200 ? decryptOaep(privateKey, answer.json.encrypted) : undefined;
  if (text === undefined) throw new Error(`The host was not let in: ${answer.status} ${answer.text}`);
  return text;
}
