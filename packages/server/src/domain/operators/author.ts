import type { Actor, Author } from './actor.ts';

type Origin = { readonly address: string; readonly requestId: string };

/** Who asked, for the audit; nobody where nobody is known. */
export function authorOf(actor: Actor | undefined, { address, requestId }: Origin): Author {
  if (!actor) return { ...nobody, address, requestId };
  return {
    kind: 'operator',
    operatorId: actor.operatorId,
    name: actor.name,
    tokenName: 'token' in actor.by ? actor.by.tokenName : null,
    address,
    requestId,
  };
}

/** What the server does by itself. */
export const serverAuthor: Author = Object.freeze({
  kind: 'server',
  operatorId: null,
  name: 'server',
  tokenName: null,
  address: null,
  requestId: null,
});

const nobody = { kind: 'nobody', operatorId: null, name: 'nobody', tokenName: null } as const;
