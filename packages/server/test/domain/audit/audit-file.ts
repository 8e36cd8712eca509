import { auditDeeds } from '../../../src/domain/audit/audit-deeds.ts';
import type { Mind } from '../../../src/domain/mind.ts';
import type { Actor } from '../../../src/domain/operators/actor.ts';
import type { ApiAsk } from '../../../src/domain/operators/api-ask.ts';

/** By the first session, that of the operator who is added first. */
export const admin: Actor = {
  operatorId: 1,
  name: 'ada',
  role: 'admin',
  hostsGroupIds: null,
  lacksSecondFactor: false,
  by: { session: 1 },
};

/** The same by a token: a restore ends all sessions. */
export const byToken: Actor = { ...admin, by: { token: 1, tokenName: "ada's" } };

type Given<Name extends keyof typeof auditDeeds> = Partial<Pick<ApiAsk<Name>, 'query' | 'actor'>>;

/** Asks a deed as the door does. */
export async function askAudit<Name extends keyof typeof auditDeeds>(
  mind: Mind,
  name: Name,
  given: Given<Name> = {},
) {
  // biome-ignore lint/suspicious/noExplicitAny: one call for deeds of several types
  return (auditDeeds[name] as any)({ mind, actor: admin, query: {}, ...given });
}

/** The whole export, as the bytes of a file. */
export async function auditFile(mind: Mind, actor = admin): Promise<Buffer> {
  const { stream } = await askAudit(mind, 'audit_export', { actor });
  const parts: string[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.from(parts.join(''));
}
