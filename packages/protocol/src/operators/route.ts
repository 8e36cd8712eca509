import type { Static, TObject, TSchema } from 'typebox';

/**
 * Who may ask: `anyone`, even without an account; `operator_known`: whoever has signed in, whatever the role; else the
 * least role. Rights may be narrowed to hosts groups besides, which the deed looks at.
 */
export type Access = 'anyone' | 'operator_known' | 'viewer' | 'operator' | 'admin';

/**
 * One request of the operators' API, `/api/v2/…`. Its validation, its type, its page in the OpenAPI document and the
 * typed calls all come from this.
 */
export type ApiRoute = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `{name}` where a parameter stands. */
  readonly path: `/api/v2/${string}`;
  readonly access: Access;
  /** One line, in the imperative: what it does. */
  readonly summary: string;
  /** What stands for the names in the path (`ids.ts` has the usual ones); anything else is not found. Absent: texts. */
  readonly params?: TObject;
  /** The values of a query are texts: numbers and truth values are read from them as the schema says. */
  readonly query?: TObject;
  readonly body?: TObject;
  readonly success: 200 | 201 | 202 | 204;
  /** Absent with 204, and for what is not JSON. */
  readonly answer?: TSchema;
  /** What is answered where it is no JSON: `text/event-stream`, `text/csv`, `application/x-ndjson`, `text/plain` … */
  readonly media?: string;
  /** It makes something: with an `Idempotency-Key` a repetition answers what the first one answered. */
  readonly isCreating?: true;
  /** Members of the answer that hold a secret, which is never stored in clear: a repetition says null in their place. */
  readonly shownOnce?: readonly string[];
  /** `shown`: the answer has an `ETag`. `wanted`: the request may carry `If-Match`, and is refused when that is not current. */
  readonly version?: 'shown' | 'wanted';
};

export type ParamsOf<Route extends ApiRoute> = Route extends { params: infer Params extends TSchema }
  ? Static<Params>
  : Readonly<Record<NamesIn<Route['path']>, string>>;
export type QueryOf<Route extends ApiRoute> = Route extends { query: infer Query extends TSchema }
  ? Static<Query>
  : Record<never, never>;
export type BodyOf<Route extends ApiRoute> = Route extends { body: infer Body extends TSchema }
  ? Static<Body>
  : undefined;
export type AnswerOf<Route extends ApiRoute> = Route extends { answer: infer Answer extends TSchema }
  ? Static<Answer>
  : undefined;

/** The names that stand in braces. */
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
