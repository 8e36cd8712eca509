import type { ApiDeed } from '../operators/api-ask.ts';
import { isProblem } from '../operators/problem.ts';
import { beginPasskeyProof, provePasskey } from './passkey-proof.ts';
import { newWantedSession, signedIn } from './session-wanted.ts';

export const beginPasskeySignIn: ApiDeed<'session_passkey_options'> = async ({ mind, origin }) => {
  const begun = await beginPasskeyProof(mind, origin);
  return isProblem(begun) ? begun : { answer: begun };
};

/** Signs in by a passkey. There is nothing to guess, so it is open also while a password is locked out. */
export const signInByPasskey: ApiDeed<'session_passkey'> = async (ask) => {
  const { mind, actor, author, body, origin } = ask;
  const shown = await provePasskey(mind, { ...body, origin });
  if (isProblem(shown)) return shown;
  const { token, session } = newWantedSession(ask);
  const begun = await mind.storage.decide('signIn', {
    ...shown,
    session,
    replaces: actor && 'session' in actor.by ? actor.by.session : null,
    attempt: null,
    by: author,
    now: mind.clock(),
  });
  return isProblem(begun) ? begun : signedIn(token, session.kind, begun);
};
