import { accessTokenHash, isAccessToken } from '../accounts/access-token.ts';
import type { Mind } from '../mind.ts';
import type { SessionKind } from '../ports.ts';
import type { Actor } from './actor.ts';
import { actorNow, actorOfSession, actorOfToken, type Looking } from './actor-now.ts';
import { type Problem, problem } from './problem.ts';

/** What was shown: a token in `Authorization: Bearer`, or the cookie of a session. */
export type Credential = { readonly bearer?: string; readonly cookie?: string };

/**
 * Who asks; a refusal when what was shown is worth nothing (any more); undefined when nothing was shown. Nothing of this
 * is remembered: what was ended, revoked or narrowed, by whichever server, counts for the very next request.
 */
export async function proveActor(
  mind: Mind,
  { bearer, cookie }: Credential,
  { address }: { readonly address: string },
): Promise<Actor | Problem | undefined> {
  const token = bearer ?? cookie;
  if (token === undefined) return undefined;
  const proved =
    bearer !== undefined && isAccessToken('api', bearer)
      ? await ofToken(mind, bearer)
      : await ofSession(mind, token, bearer === undefined ? 'cookie' : 'bearer');
  if (proved === undefined) return worthless;
  const used = 'session' in proved.by ? proved.by.session : proved.by.token;
  const kind = 'session' in proved.by ? 'session' : 'token';
  mind.credentialUse.note({ kind, id: used, at: mind.clock(), address });
  return proved;
}

/** The same actor as he stands now, for what goes on after its request was let in; undefined when he would be refused by now. */
export function standingActor(mind: Mind, { by }: Actor): Promise<Actor | undefined> {
  return actorNow(lookingAt(mind), by);
}

const worthless = problem(
  'not_signed_in',
  'What was shown is unknown, has expired or was ended: sign in again, or use another token.',
);

async function ofSession(mind: Mind, token: string, kind: SessionKind): Promise<Actor | undefined> {
  const session = await mind.storage.tables.operatorSessions.byTokenHash(accessTokenHash(token));
  return session?.kind === kind ? actorOfSession(lookingAt(mind), session) : undefined;
}

async function ofToken(mind: Mind, token: string): Promise<Actor | undefined> {
  return actorOfToken(
    lookingAt(mind),
    await mind.storage.tables.apiTokens.byTokenHash(accessTokenHash(token)),
  );
}

function lookingAt({ storage, clock, definitions, credentialUse }: Mind): Looking {
  return {
    tables: storage.tables,
    now: clock(),
    definitions: () => definitions.current(),
    lastUsed: (id) => credentialUse.lastUsed('session', id),
  };
}
