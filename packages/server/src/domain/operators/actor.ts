/** What an account may do: a *viewer* sees, an *operator* runs and edits commands and variables, an *admin* does all. */
export type Role = 'viewer' | 'operator' | 'admin';

/**
 * Who asks, as far as was proved: an operator by a session or by an API token. `role` and `hostsGroupIds` are what counts
 * for this request: a token may be narrower than its owner.
 */
export type Actor = {
  readonly operatorId: number;
  readonly name: string;
  readonly role: Role;
  /** Rights are narrowed to these hosts groups; null: to none. */
  readonly hostsGroupIds: readonly number[] | null;
  /** The role wants a second factor, and none was shown: nothing is allowed but to see to that. */
  readonly lacksSecondFactor: boolean;
  /** By what: a session, or a named API token. */
  readonly by: { readonly session: number } | { readonly token: number; readonly tokenName: string };
};

/** Who did something, as the audit remembers it. */
export type Author = {
  readonly kind: 'operator' | 'local' | 'server' | 'nobody';
  readonly operatorId: number | null;
  /** The operator's name; of local administration the account on the server's machine. */
  readonly name: string;
  /** The API token that was used, by name. */
  readonly tokenName: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
};
