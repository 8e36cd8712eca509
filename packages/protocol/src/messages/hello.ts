import { type Static, Type } from 'typebox';
import { Count, TimeMs, Uuid } from '../values/text-forms.ts';

/** What a host says of its machine. Claims: shown, and trusted for nothing. */
export const HostFacts = Type.Object({
  hostname: Type.String({ maxLength: 255 }),
  os: Type.String({ maxLength: 100 }),
  os_release: Type.String({ maxLength: 100 }),
  architecture: Type.String({ maxLength: 100 }),
  client_version: Type.String({ maxLength: 100 }),
});
export type HostFacts = Static<typeof HostFacts>;

/** Client to server: who it is, and what its journal holds. The first thing a worker says, and again after any break. */
export const Hello = Type.Object({
  type: Type.Literal('hello'),
  capability: Count,
  facts: HostFacts,
  /** Of the machine's present start; another one means that it was restarted. */
  boot: Type.String({ maxLength: 100 }),
  journal: Type.Object({
    /** A new journal has a new id. */
    id: Uuid,
    /** Nothing in it was found damaged. */
    is_intact: Type.Boolean(),
  }),
  /** Every run that the journal holds: received, begun, or finished and not yet said to be stored. */
  held: Type.Array(
    Type.Object({
      run: Uuid,
      attempt: Type.Integer({ minimum: 1 }),
      state: Type.Enum(['received', 'begun', 'finished']),
    }),
    { maxItems: 10_000 },
  ),
});
export type Hello = Static<typeof Hello>;

/** Server to client: what it may ask for, and how fast. */
export const Welcome = Type.Object({
  type: Type.Literal('welcome'),
  capability: Type.Integer({ minimum: 1 }),
  time_ms: TimeMs,
  /** Runs that may be asked for at once. */
  claim_limit: Type.Integer({ minimum: 1 }),
  /** How long the host may stay silent while a program runs, in seconds, before it says `started` again. */
  heartbeat_seconds: Type.Integer({ minimum: 1 }),
  /** The largest outputs and result of one report, in bytes of the request; 15 MiB where it is not said. */
  report_limit_bytes: Type.Optional(Type.Integer({ minimum: 65_536 })),
  /** The server was restored from a backup and does not know what this host did since: it wants `ran` before it offers anything. */
  wants_past: Type.Boolean(),
  /** Held runs that are not this host's, or not known: they may be forgotten. */
  unknown: Type.Array(Uuid),
  /** On the live channel: so many ad-hoc runs (`group` 0) the host may execute at once, beside the others. */
  beside_limit: Type.Optional(Type.Integer({ minimum: 1 })),
  /** On the live channel: of held runs of which the server still has output, the number of the next chunk that it wants. Those that are not named begin at 0. */
  streams: Type.Optional(
    Type.Array(
      Type.Object({
        run: Uuid,
        attempt: Type.Integer({ minimum: 1 }),
        stdout: Type.Integer({ minimum: 0 }),
        stderr: Type.Integer({ minimum: 0 }),
      }),
    ),
  ),
});
export type Welcome = Static<typeof Welcome>;
