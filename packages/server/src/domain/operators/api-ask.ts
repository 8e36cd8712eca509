import type { AnswerOf, BodyOf, QueryOf } from '@remotes/protocol/operators/route';
import type { RouteName, Routes } from '@remotes/protocol/operators/routes';
import type { AdministrationRefusal } from '../administration-refusal.ts';
import type { Mind } from '../mind.ts';
import type { Actor, Author } from './actor.ts';
import type { Problem } from './problem.ts';

/** A request of the operators' API that has passed the door: who asks is proved, what is asked has the right shape. */
export type ApiAsk<Name extends RouteName> = {
  readonly mind: Mind;
  /** Undefined only where anyone may ask. */
  readonly actor: Routes[Name] extends { access: 'anyone' } ? Actor | undefined : Actor;
  /** The same for the audit, with where it came from. */
  readonly author: Author;
  /** What stands for `{name}` in the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: QueryOf<Routes[Name]>;
  readonly body: BodyOf<Routes[Name]>;
  /** `If-Match`, without quotes; undefined when it was not sent. */
  readonly wantedVersion: string | undefined;
};

/** What a deed answers. `version` becomes the `ETag`. A stream is written to the connection as it comes. */
export type ApiReply<Answer> = {
  readonly answer: Answer;
  readonly version?: string;
  readonly stream?: AsyncIterable<string | Uint8Array>;
};

/** What is done for one route: an answer, or a refusal with a known code. */
export type ApiDeed<Name extends RouteName> = (
  ask: ApiAsk<Name>,
) => Promise<ApiReply<AnswerOf<Routes[Name]>> | Problem | AdministrationRefusal>;

/** A deed for each of these routes. */
export type ApiDeeds<Names extends RouteName> = { readonly [Name in Names]: ApiDeed<Name> };
