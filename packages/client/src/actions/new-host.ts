import type { KeyObject } from 'node:crypto';
import type { Context } from '../context.ts';
import {
  completeKeyFiles,
  type KeyPaths,
  keyPaths,
  makeKeys,
  tryKeyPaths,
  writeKeyFiles,
} from '../key-files.ts';
import type { ServerAnswer } from '../network/server-answer.ts';
import { loadPrivateKey } from '../private-key.ts';
import { readRegistrationToken } from '../registration-token.ts';
import type { SettingsChange } from '../settings-file.ts';
import { type Trouble, trouble } from '../trouble.ts';
import { askDiscover, discoverChanges } from './discover.ts';
import { keyChanges } from './generate-keys.ts';
import { askRegister, isForSealed, readPublicKey, registerChanges, unpinned } from './host-register.ts';
import { verify } from './host-verify.ts';
import { showAnswer, tokenHint } from './show-answer.ts';
import { askStatus, statusChanges } from './status.ts';

/**
 * Status, discover, keys, register, verify. After a failure half-way the same call goes on where it stopped: what was
 * done is not done again.
 */
export async function makeNewHost(context: Context): Promise<number> {
  const { flags, settings, say } = context;
  const isRegistered = settings.get('host', 'uuid') !== undefined;
  if (isRegistered && settings.get('host', 'token') !== undefined && !flags.isForced)
    throw alreadyRegistered(context, 'holds a registered host already: nothing was changed');
  const token = await readRegistrationToken(context);
  const paths = keyPaths(flags.privateKeyPath ?? '', flags.publicKeyPath ?? '');
  // Everything that can go wrong on this machine goes wrong before the server makes a host.
  settings.tryChanging();
  tryKeyPaths(paths, flags.isForced || areNamed(context, paths));

  const isSealed = isForSealed(context, token);
  if (!(await findServer(context, { mustBeTheSame: isRegistered && !flags.isForced, isNamed: isSealed })))
    return 2;
  const way = isSealed ? await sealedWay(context, token) : v1Way(context, token);
  if (isRegistered && !flags.isForced) say('3/5 and 4/5 keys and registration: done before, kept');
  else if (!(await register(context, paths, way))) return 2;

  say('5/5 verifying this host');
  const code = await way.verify(loadPrivateKey(context));
  if (code === 0) say(`done: this host is registered, and ${settings.path} holds what it needs`);
  return code;
}

async function findServer(
  context: Context,
  { mustBeTheSame, isNamed }: { mustBeTheSame: boolean; isNamed: boolean },
): Promise<boolean> {
  const { flags, settings, say } = context;
  const previous = settings.get('server', 'server_url');
  say(`1/5 asking ${flags.url} for its status`);
  const status = succeeded(context, await askStatus(context, flags.url ?? ''));
  if (status === undefined) return false;
  const changes = statusChanges(context, status, flags.url ?? '', isNamed);
  if (mustBeTheSame && previous !== undefined && !isSameUrl(previous, changes[0][2]))
    throw alreadyRegistered(context, `holds a host that is registered at ${previous}`);
  settings.stage(changes);

  say('2/5 asking where its services are');
  const discovered = succeeded(context, await askDiscover(context));
  if (discovered === undefined) return false;
  settings.stage(discoverChanges(context, discovered, isNamed));
  return true;
}

function isSameUrl(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).href === new URL(other).href;
}

/** How the two steps are done in which the token is sent. */
type Way = {
  /** What the settings file keeps of it; undefined when it was refused, which was shown. */
  readonly register: (publicPem: string) => Promise<readonly SettingsChange[] | undefined>;
  readonly verify: (privateKey: KeyObject) => Promise<number>;
};

function v1Way(context: Context, token: string): Way {
  context.say(unpinned);
  return {
    async register(publicPem) {
      const answer = await askRegister(context, publicPem, token);
      return succeeded(context, answer, tokenHint(answer, 'registration')) && registerChanges(answer);
    },
    verify: (privateKey) => verify(context, privateKey, token),
  };
}

/** The server has proved itself before the keys are made, which takes longer, and before the token is sent. */
async function sealedWay(context: Context, token: string): Promise<Way> {
  const [{ meetServerOfToken }, { registeredChanges }, { verifySealed }, { sayRegister }, { showRefusal }] =
    await Promise.all([
      import('./trusted-server.ts'),
      import('./host-register-sealed.ts'),
      import('./host-verify-sealed.ts'),
      import('../session/enrolment.ts'),
      import('./show-refusal.ts'),
    ]);
  const talk = await meetServerOfToken(context, token);
  context.say('the server has proved that it holds the key that was named');
  return {
    async register(publicPem) {
      const registered = await sayRegister(talk, token, publicPem);
      if (registered.type === 'registered') return registeredChanges(talk, registered);
      showRefusal(context, registered);
      return undefined;
    },
    verify: (privateKey) => verifySealed(context, privateKey, token, talk),
  };
}

async function register(context: Context, paths: KeyPaths, way: Way): Promise<boolean> {
  const { flags, settings, say } = context;
  if (flags.isForced) {
    // What the new identity replaces stays whole until the server has taken the new one.
    say('3/5 making keys (RSA, 4096 bits; this takes a second or two)');
    const keys = await makeKeys();
    say('4/5 registering this host anew, as --force says');
    const changes = await way.register(keys.publicPem);
    if (changes === undefined) return false;
    writeKeyFiles(paths, keys, true);
    settings.change([...keyChanges(paths), ...changes]);
    return true;
  }
  await prepareKeys(context, paths);
  say('4/5 registering this host');
  const changes = await way.register(readPublicKey(context));
  if (changes !== undefined) settings.change(changes);
  return changes !== undefined;
}

async function prepareKeys(context: Context, paths: KeyPaths): Promise<void> {
  const { settings, say, config } = context;
  if (areNamed(context, paths) && completeKeyFiles(paths, config.keyPassphrase)) {
    say('3/5 keys: made before, kept');
    settings.change([]);
    return;
  }
  say('3/5 making keys (RSA, 4096 bits; this takes a second or two)');
  // Named first, so that keys made just before a crash are known for ours.
  settings.change(keyChanges(paths));
  writeKeyFiles(paths, await makeKeys(), false);
}

function areNamed({ settings }: Context, paths: KeyPaths): boolean {
  return (
    settings.get('host', 'private_key') === paths.privateKey &&
    settings.get('host', 'public_key') === paths.publicKey
  );
}

/** The answer when it is a success; else it is shown, and undefined. */
function succeeded(context: Context, answer: ServerAnswer, hint = ''): ServerAnswer | undefined {
  if (answer.isOk) return answer;
  showAnswer(context, answer, hint);
  return undefined;
}

function alreadyRegistered({ settings }: Context, what: string): Trouble {
  return trouble(
    'order',
    `${settings.path} ${what}; name another settings file, or say --force to make a new host of it`,
  );
}
