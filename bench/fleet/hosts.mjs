// The hosts of a fleet: registered once with the client's own actions, and kept in a folder from run to run.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { registerSealed } from '../../packages/client/dist/actions/host-register-sealed.js';
import { verifySealed } from '../../packages/client/dist/actions/host-verify-sealed.js';
import { meetServerOfToken } from '../../packages/client/dist/actions/trusted-server.js';
import { readConfig } from '../../packages/client/dist/config.js';
import { openUuid } from '../../packages/client/dist/host-identity.js';
import { openServer } from '../../packages/client/dist/network/server.js';
import { pinChanges } from '../../packages/client/dist/pin.js';
import { readRsaPrivateKey, rsaFingerprint } from '../../packages/protocol/dist/crypto/rsa.js';
import { makeKeys } from '../keys.mjs';
import { memorySettings } from './settings.mjs';

const registeredAtOnce = 16;

/** What all hosts of one server have in common: where it is, and the keys that the token's second half vouches for. */
export async function meetServer({ url, token, say }) {
  const sections = { server: { server_url: url }, endpoints: { discover: '/api/v1/discover/' } };
  const shared = { config: readConfig(process.env), say, print() {}, flags: {} };
  const context = { ...shared, server: openServer(shared.config), settings: memorySettings(sections) };
  const talk = await meetServerOfToken(context, token);
  context.settings.stage(pinChanges(talk.pin()));
  return { serverId: talk.pin().server, contextOf: (host) => contextOf(context, sections, host) };
}

function contextOf(context, sections, host) {
  return { ...context, settings: memorySettings({ ...sections, trust: { ...sections.trust }, host }) };
}

/** Those in `folder`, and new ones until there are `count`. Each: { uuid, fingerprint, settings }. */
export async function ensureHosts({ folder, count, server, token, onProgress }) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'hosts.json');
  const hosts = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  if (hosts.length >= count) return hosts.slice(0, count);
  const first = hosts.length;
  const keys = (await makeKeys(count, 2048)).slice(first);
  const keep = () => {
    writeFileSync(`${file}.new`, JSON.stringify(hosts.filter(Boolean)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  let next = 0;
  const registering = async () => {
    for (let index = next++; index < keys.length; index = next++) {
      hosts[first + index] = await register({ folder, server, token, number: first + index, ...keys[index] });
      if (index % 1000 === 999) keep();
      onProgress(hosts.filter(Boolean).length);
    }
  };
  try {
    await Promise.all(Array.from({ length: registeredAtOnce }, registering));
  } finally {
    keep();
  }
  return hosts;
}

async function register({ folder, server, token, number, publicPem, privatePem }) {
  const path = join(folder, `host-${String(number + 1).padStart(6, '0')}.pem`);
  writeFileSync(path, privatePem, { mode: 0o600 });
  const settings = { private_key: path };
  const context = server.contextOf(settings);
  const privateKey = readRsaPrivateKey(privatePem, undefined);
  for (const step of [
    () => registerSealed(context, publicPem, token),
    () => verifySealed(context, privateKey, token),
  ]) {
    if ((await step()) !== 0) throw new Error(`Host ${number + 1} was refused by the server.`);
  }
  return {
    uuid: openUuid(context.settings, privateKey),
    fingerprint: rsaFingerprint(privateKey),
    settings,
  };
}
