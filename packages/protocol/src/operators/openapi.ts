import { version } from '../version.ts';
import { closedShape, type JsonSchema, plainSchema } from './closed-shape.ts';
import { withWords } from './member-words.ts';
import { ProblemDetails, problems } from './problems.ts';
import type { ApiRoute } from './route.ts';
import { routes } from './routes.ts';

/** One operation of the document, as far as pages are made from it. */
export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Contents & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Partial<Contents> & { readonly description?: string }>>;
};
export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
};
type Contents = { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
export type OpenApiDocument = {
  readonly openapi: string;
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description: string;
    readonly license: object;
  };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly [member: string]: unknown;
};

/** The OpenAPI 3.1 document (spec.openapis.org/oas/v3.1) of the operators' API, made from the contract. */
export function openApiDocument(contract: Readonly<Record<string, ApiRoute>> = routes): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [name, route] of Object.entries(contract)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  const tags = [...new Set(Object.values(contract).map(tagOf))].sort().map((name) => ({ name }));
  return {
    openapi: '3.1.1',
    info: { title: 'Remotes', version, description, license },
    servers: [{ url: '/' }],
    tags,
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, or the session of a program.' },
        session: { type: 'apiKey', in: 'cookie', name: 'remotes_session', description: 'Of a browser.' },
      },
      schemas: { Problem: problemSchema() },
      responses: {
        Problem: {
          description: 'It was refused, and nothing was done (RFC 9457).',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

const license = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

const description = `The API for operators and their programs: JSON, names in snake_case.

Times are RFC 3339 texts in UTC, and their names end in \`_at\`; durations are seconds, and end in \`_seconds\`.

Lists come in pages: \`items\`, and \`next\`, which is the \`cursor\` of the next page or null at the end.

Whatever was refused is answered as a problem (RFC 9457): decide by its \`code\`, show its \`detail\`.

What lies outside the hosts groups to which somebody's rights are narrowed is not found, and is left out of lists and counts.

With an \`Idempotency-Key\` a request that makes something is carried out once within a day, however often it is sent.`;

function operationOf(name: string, route: ApiRoute): Operation {
  const { success } = route;
  return {
    operationId: name,
    summary: route.summary,
    description: accessSentence(route),
    tags: [tagOf(route)],
    security: route.access === 'anyone' ? [] : [{ token: [] }, { session: [] }],
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(route.body && {
      requestBody: {
        required: (closedShape(route.body).required as readonly string[] | undefined) !== undefined,
        content: { 'application/json': { schema: withWords(closedShape(route.body)) } },
      },
    }),
    responses: {
      [success]: {
        description: successWords[success],
        ...(route.version && { headers: { ETag: { schema: { type: 'string' } } } }),
        ...contents(route),
      },
      default: { $ref: '#/components/responses/Problem' } as object,
    },
  };
}

const successWords = {
  200: 'It is answered.',
  201: 'It was made.',
  202: 'It is under way.',
  204: 'It is done.',
};

function contents({ answer, media }: ApiRoute): Partial<Contents> {
  if (media !== undefined) return { content: { [media]: { schema: { type: 'string' } } } };
  return answer ? { content: { 'application/json': { schema: withWords(plainSchema(answer)) } } } : {};
}

function accessSentence({ access }: ApiRoute): string {
  if (access === 'anyone') return 'Open to everyone, without an account.';
  if (access === 'operator_known') return 'Open to every operator.';
  return access === 'admin' ? 'Takes the role admin.' : `Takes the role ${access} or a higher one.`;
}

/** By its noun: what stands first in its path. */
function tagOf({ path }: ApiRoute): string {
  return path.split('/')[3] ?? '';
}

function pathParameters({ path, params }: ApiRoute): Parameter[] {
  const shapes = membersOf(params && withWords(closedShape(params)));
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: shapes[name] ?? { type: 'string' },
  }));
}

function queryParameters({ query }: ApiRoute): Parameter[] {
  const shape = query && withWords(closedShape(query));
  const required = (shape?.required ?? []) as readonly string[];
  return Object.entries(membersOf(shape)).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(typeof description === 'string' && { description }),
    schema,
  }));
}

function headerParameters({ isCreating, version, media }: ApiRoute): Parameter[] {
  const header = (name: string, description: string): Parameter => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(isCreating ? [header('Idempotency-Key', 'A text of your choice, 1 to 200 characters.')] : []),
    ...(version === 'wanted' ? [header('If-Match', 'The ETag of what is to be changed.')] : []),
    ...(media === 'text/event-stream' ? [header('Last-Event-ID', 'The last event that was seen.')] : []),
  ];
}

function membersOf(shape: JsonSchema | undefined): Readonly<Record<string, JsonSchema>> {
  return (shape?.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
}

function problemSchema(): JsonSchema {
  const schema = withWords(plainSchema(ProblemDetails));
  const codes = `One of ${Object.keys(problems).join(', ')}. More may come.`;
  return { ...schema, properties: { ...membersOf(schema), code: { type: 'string', description: codes } } };
}
