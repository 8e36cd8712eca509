import type { AnswerOf, BodyOf, ParamsOf, QueryOf } from '@remotes/protocol/operators/route';
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
  readonly params: ParamsOf<Routes[Name]>;
  readonly query: QueryOf<Routes[Name]>;
  readonly body: BodyOf<Routes[Name]>;
  /** `If-Match`, without quotes; undefined when it was not sent. */
  readonly wantedVersion: string | undefined;
  /** `Last-Event-ID`, where a reader of events goes on. */
  readonly lastEventId: string | undefined;
  /** What the caller says it is (`User-Agent`). */
  readonly userAgent: string | null;
  /** Scheme and host by which the caller reached us, without a final slash. */
  readonly origin: string;
  /** Aborted when the caller has gone or the server stops: what waits for a stream's next part gives up. */
  readonly gone: AbortSignal;
};

/** What a deed answers. */
export type ApiReply<Answer> = {
  readonly answer: Answer;
  /** Becomes the `ETag`. */
  readonly version?: string;
  /** Written to the connection as it comes, instead of `answer`; ended when the caller goes. */
  readonly stream?: AsyncIterable<string | Uint8Array>;
  /** A name to save a stream under. */
  readonly fileName?: string;
  /** The path of what was made. */
  readonly location?: string;
  /** Sets the cookie of a session, or takes it away. */
  readonly session?: { readonly token: string; readonly expiresAt: number } | 'ended';
  readonly retryAfterSeconds?: number;
};

/** What is done for one route: an answer, or a refusal with a known code. */
export type ApiDeed<Name extends RouteName> = (
  ask: ApiAsk<Name>,
) => Promise<ApiReply<AnswerOf<Routes[Name]>> | Problem | AdministrationRefusal>;

/** A deed for each of these routes. */
export type ApiDeeds<Names extends RouteName> = { readonly [Name in Names]: ApiDeed<Name> };
