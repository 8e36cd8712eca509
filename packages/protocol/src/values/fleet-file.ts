import { type Static, type TSchema, Type } from 'typebox';
import { interpreters } from './interpreter.ts';

/**
 * The file that `remotes-server apply` reads and `export` writes. Its JSON Schema (draft 2020-12) is published with the
 * server, so that editors check and complete it. `patternErrorMessage` is what an editor shows where a pattern is missed.
 */
const strict = { additionalProperties: false };

/** What can be typed without quotes, as it is written: `8080`, `true` and `1.10` are texts here. */
const written = (options: TSchema) =>
  Type.Unsafe<string>({ type: ['string', 'number', 'boolean'], ...options });

/** One line: neither white space at its ends nor control characters, and none of `barred`. */
const line = (barred: string, means: string) => {
  const control = `\\u0000-\\u001f\\u007f-\\u009f${barred}`;
  const end = `[^\\s${control}]`;
  return (options: { description: string; maxLength?: number }) =>
    Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: `^${end}(?:[^${control}\\u2028\\u2029]*${end})?$`,
      patternErrorMessage: `one line of text without control characters${means}, and without white space at its ends`,
      ...options,
    });
};
const name = line('', '');
const nameWithoutSlash = line('/', ' and without "/"');

const freeText = { pattern: '^[^\\u0000]*$', patternErrorMessage: 'text without NUL characters' };

const description = Type.Optional(Type.String({ ...freeText, maxLength: 10_000 }));
const active = Type.Optional(Type.Boolean({ description: 'Usually true.', default: true }));
const order = Type.Optional(
  Type.Integer({
    description: 'Lower comes first. Usually one more than that of the entry before.',
    minimum: 0,
    maximum: 1_000_000,
  }),
);
const hosts = (description: string) => Type.Optional(Type.Array(written({ minLength: 1 }), { description }));
const dateTime = (description: string) =>
  Type.Optional(
    Type.Unsafe<string | null>({
      type: ['string', 'null'],
      description,
      pattern:
        '^\\d{4}-\\d{2}-\\d{2}[Tt ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,3})?)?(?:[Zz]|[+-]\\d{2}:\\d{2})$',
      patternErrorMessage:
        'a date and time with its zone, such as 2026-01-31T08:00:00Z or 2026-01-31T09:00:00+01:00',
    }),
  );
const variables = (description: string) =>
  Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description }));

export const FleetHostsGroup = Type.Object(
  {
    name: name({ description: 'What the group is called.' }),
    was: Type.Optional(name({ description: 'What it was called until now: it is renamed.' })),
    active,
    hosts: hosts('Hosts to add, by name or id. Nobody else leaves.'),
    hosts_exact: hosts('All the hosts there are to be, by name or id. Everybody else leaves.'),
  },
  strict,
);
export type FleetHostsGroup = Static<typeof FleetHostsGroup>;

export const FleetSetting = Type.Object(
  {
    name: name({ description: 'What commands know it by.' }),
    value: Type.Optional(
      written({
        ...freeText,
        maxLength: 65_536,
        description: 'May be left out of a secret that is stored already.',
      }),
    ),
    description,
    secret: Type.Optional(
      Type.Boolean({
        description:
          'A secret is stored sealed and never shown. Left out, a secret stays one and anything else is none.',
      }),
    ),
  },
  strict,
);
export type FleetSetting = Static<typeof FleetSetting>;

export const FleetVariable = Type.Object(
  {
    category: nameWithoutSlash({ description: 'What the variable belongs to.' }),
    name: nameWithoutSlash({ description: 'What commands know it by.' }),
    values: Type.Optional(
      Type.Record(Type.String(), written({ ...freeText, maxLength: 65_536 }), {
        description: 'Values to set, by the name or id of the host. Values of other hosts stay as they are.',
      }),
    ),
  },
  strict,
);
export type FleetVariable = Static<typeof FleetVariable>;

/** How long a command may run, in seconds, and how often it may be delivered to one host. */
export const longestTimeoutSeconds = 604_800;
export const mostAttempts = 100;

export const FleetCommand = Type.Object(
  {
    name: name({ description: 'What the command is called; unique in its commands group.' }),
    was: Type.Optional(
      name({
        description:
          'What it was called until now: it is renamed and does not run again. With "commands group/" in front it is moved from that group.',
        maxLength: 401,
      }),
    ),
    description,
    order,
    active,
    interpreter: Type.Optional(Type.Enum([...interpreters], { default: 'python' })),
    timeout: Type.Optional(
      Type.Integer({ description: 'In seconds.', minimum: 1, maximum: longestTimeoutSeconds, default: 60 }),
    ),
    settings: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { description: 'Names of the settings that it is handed.' }),
    ),
    variables: variables(
      'Variables whose values it is handed: a name that only one has, else category/name.',
    ),
    output_variables: variables(
      'Variables that its result is saved to: item n of the result to the nth of them.',
    ),
    attempts: Type.Optional(
      Type.Integer({
        description: 'How often it may be delivered to a host as long as nobody knows how it ended.',
        minimum: 1,
        maximum: mostAttempts,
        default: 1,
      }),
    ),
    command: Type.String({ ...freeText, description: 'The program.', minLength: 1, maxLength: 1_048_576 }),
  },
  strict,
);
export type FleetCommand = Static<typeof FleetCommand>;

export const FleetCommandsGroup = Type.Object(
  {
    name: name({ description: 'What the group is called.' }),
    was: Type.Optional(name({ description: 'What it was called until now: it is renamed.' })),
    hosts_group: name({ description: 'The hosts group whose hosts run its commands, once each.' }),
    order,
    after: dateTime('Nothing is run until then. With its zone.'),
    before: dateTime('Nothing is run from then on. With its zone.'),
    active,
    stop_on_failure: Type.Optional(
      Type.Boolean({
        description: 'Whether a host on which a command did not succeed is kept from the next ones.',
        default: false,
      }),
    ),
    commands: Type.Optional(Type.Array(FleetCommand, { description: 'Left out: stay as they are.' })),
  },
  strict,
);
export type FleetCommandsGroup = Static<typeof FleetCommandsGroup>;

/** A section that is left out is left alone, by `--prune` too; an empty one names nothing. */
export const FleetFile = Type.Object(
  {
    hosts_groups: Type.Optional(Type.Array(FleetHostsGroup)),
    settings: Type.Optional(Type.Array(FleetSetting)),
    variables: Type.Optional(Type.Array(FleetVariable)),
    commands_groups: Type.Optional(Type.Array(FleetCommandsGroup)),
  },
  {
    ...strict,
    title: 'Remotes fleet file',
    description: 'What `remotes-server apply` reads and `remotes-server export` writes.',
  },
);
export type FleetFile = Static<typeof FleetFile>;
