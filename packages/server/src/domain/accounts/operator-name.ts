import { type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';

const longest = 100;

/** Why an account cannot have this name, if so. `ownId` is the account that is to have it, where it is there already. */
export async function refusalOfOperatorName(
  tables: Tables,
  name: string,
  ownId?: number,
): Promise<Problem | undefined> {
  const unsuitable = refusalOfLabel(name);
  if (unsuitable) return unsuitable;
  const bearer = await tables.operators.byName(name);
  if (!bearer || bearer.id === ownId) return undefined;
  return problem('name_taken', `There is an account "${bearer.name}" already: choose another name.`);
}

/** The same for what somebody calls a thing of his own: a token, a passkey. */
export function refusalOfLabel(name: string): Problem | undefined {
  const unsuitable = unsuitability(name);
  return unsuitable === undefined ? undefined : problem('unsuitable_name', unsuitable);
}

function unsuitability(name: string): string | undefined {
  if (name.trim() === '') return 'A name cannot be empty.';
  if (name !== name.trim()) return 'A name can neither begin nor end with a space.';
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name))
    return 'A name cannot hold control or invisible characters.';
  return [...name].length > longest ? `A name has ${longest} characters at most.` : undefined;
}
