import { userInfo } from 'node:os';
import type { Author } from '../domain/operators/actor.ts';

/** Whoever administers the server on its own machine, by the account there. */
export function localAuthor(): Author {
  return {
    kind: 'local',
    operatorId: null,
    name: accountName(),
    tokenName: null,
    address: null,
    requestId: null,
  };
}

/** In a container the account may have a number and no name. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
