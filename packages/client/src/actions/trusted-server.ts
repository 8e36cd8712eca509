import type { Context } from '../context.ts';
import { isAtServer, serverUrl } from '../endpoints.ts';
import { type Pin, readPin } from '../pin.ts';
import { fingerprintOfToken } from '../registration-token.ts';
import type { Trust } from '../session/recognition.ts';
import { openTalk, type Talk } from '../session/talk.ts';
import { trouble } from '../trouble.ts';
import { askDiscover, discoverChanges, sealedNames } from './discover.ts';

/** The server that the pin and the token's second half name, each where there is one. It has proved itself when this returns. */
export async function meetServerOfToken(context: Context, token: string): Promise<Talk> {
  const fingerprint = fingerprintOfToken(token);
  // Said with --force, a token that names a key makes a new host of the file, at that key's server.
  const isNew = context.flags.action === 'new_host' && context.flags.isForced && fingerprint !== undefined;
  return meetServer(context, { pin: isNew ? undefined : readPin(context.settings), fingerprint });
}

/** Asks where the sealed protocol is spoken if the settings don't know it yet, and has the server prove itself. */
export async function meetServer(context: Context, trust: Trust): Promise<Talk> {
  await findSealedPaths(context);
  const talk = openTalk(context, trust);
  await talk.open();
  return talk;
}

/** Anybody can answer this question, and nothing follows from a wrong answer but a handshake that fails. */
async function findSealedPaths(context: Context): Promise<void> {
  const { settings } = context;
  const isKnown = () =>
    sealedNames.every((name) => {
      const path = settings.get('endpoints', name);
      return path !== undefined && isAtServer(settings, path);
    });
  if (isKnown()) return;
  const answer = await askDiscover(context);
  if (answer.isOk) settings.stage(discoverChanges(context, answer, true));
  if (isKnown()) return;
  throw trouble(
    'untrusted',
    `the server at ${serverUrl(settings).origin} can't prove that it holds the key that was named: it speaks v1 only, or somebody in between hides that it speaks more. It was told nothing`,
  );
}

export function pinJson({ server, signingKey, recoveryKey }: Pin) {
  return { server, signing_key: signingKey, recovery_key: recoveryKey };
}
