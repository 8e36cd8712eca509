import type { Tables } from '../ports.ts';

/** When a session or an API token was used last, and from where. */
export type CredentialUsed = {
  readonly kind: 'session' | 'token';
  readonly id: number;
  readonly at: number;
  readonly address: string;
};

/** Uses are kept in memory and written in batches, so that reading costs no writing. */
export type CredentialUse = {
  note(use: CredentialUsed): void;
  /** When it was used last as far as this process knows and has not told yet. */
  lastUsed(kind: CredentialUsed['kind'], id: number): number | undefined;
  /** The newest use of each since the last call. */
  take(): CredentialUsed[];
};

export function createCredentialUse(): CredentialUse {
  let uses = new Map<string, CredentialUsed>();
  return Object.freeze({
    note(use: CredentialUsed) {
      uses.set(`${use.kind} ${use.id}`, use);
    },
    lastUsed: (kind: CredentialUsed['kind'], id: number) => uses.get(`${kind} ${id}`)?.at,
    take() {
      const taken = [...uses.values()];
      uses = new Map();
      return taken;
    },
  });
}

export async function recordCredentialUse(tables: Tables, uses: readonly CredentialUsed[]): Promise<void> {
  for (const { kind, id, at, address } of uses) {
    await (kind === 'session' ? tables.operatorSessions : tables.apiTokens).recordUse(id, at, address);
  }
}
