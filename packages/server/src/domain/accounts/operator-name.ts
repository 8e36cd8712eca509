import { type Problem, problem } from '../operators/problem.ts';
import type { Tables } from '../ports.ts';

const longest = 100;

/** Why an account cannot have this name, if so. `ownId` is the account that is to have it, where it is there already. */
export async function refusalOfOperatorName(
  tables: Tables,
  name: string,
  ownId?: number,
): Promise<Problem | undefined> {
  const unsuitable = unsuitability(name);
  if (unsuitable !== undefined) return problem('unsuitable_name', unsuitable);
  const bearer = await tables.operators.byName(name);
  if (!bearer || bearer.id === ownId) return undefined;
  return problem('name_taken', `There is an account "${bearer.name}" already: choose another name.`);
}

function unsuitability(name: string): string | undefined {
  if (name.trim() === '') return 'An account needs a name.';
  if (name !== name.trim()) return 'A name can neither begin nor end with a space.';
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name))
    return 'A name cannot hold control or invisible characters.';
  return [...name].length > longest ? `A name has ${longest} characters at most.` : undefined;
}
