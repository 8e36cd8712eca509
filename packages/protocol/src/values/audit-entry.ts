import { type Static, Type } from 'typebox';

/** Who did something, as the audit remembers it. */
export const AuditAuthor = Type.Object({
  /** `local`: administration on the server's own machine. `nobody`: whoever asked had not proved who he is. */
  kind: Type.Enum(['operator', 'local', 'server', 'nobody']),
  operator_id: Type.Union([Type.Integer(), Type.Null()]),
  /** The operator's name; of local administration the account on the server's machine. */
  name: Type.String(),
  /** The API token that was used, by name. */
  token_name: Type.Union([Type.String(), Type.Null()]),
  address: Type.Union([Type.String(), Type.Null()]),
  request_id: Type.Union([Type.String(), Type.Null()]),
});

/**
 * One thing that was done. Its canonical JSON (RFC 8785) is what the audit's chain hashes. Values that are secret stand
 * there as keyed hashes.
 */
export const AuditEntry = Type.Object({
  /** Counts all entries, without gaps. */
  number: Type.Integer({ minimum: 1 }),
  /** RFC 3339, UTC. */
  at: Type.String({ format: 'date-time' }),
  by: AuditAuthor,
  /** `<noun>.<verb>`: `host.approve`. */
  action: Type.String(),
  /** The thing that it was done to. */
  subject: Type.String(),
  before: Type.Unknown(),
  after: Type.Unknown(),
});
export type AuditEntry = Static<typeof AuditEntry>;
