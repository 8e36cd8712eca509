import type { Mind } from '../mind.ts';
import type { Problem } from '../operators/problem.ts';
import type { Operator } from '../ports.ts';
import { codeWanted, type PasswordProof, type ShownFactor, signInFailed } from './proof.ts';
import { recoveryCodeHash } from './recovery-codes.ts';
import { openTotpSecret, totpStep } from './totp.ts';

/** Looks at a password and a code. Takes as long where there is no such account, and says the same. */
export async function provePassword(
  mind: Mind,
  operator: Operator | undefined,
  { password, code }: { readonly password: string; readonly code?: string },
): Promise<PasswordProof | Problem> {
  const passwordHash = operator?.passwordHash ?? null;
  const isRight = await mind.passwords.isRight(password, passwordHash);
  if (!isRight || passwordHash === null || !operator?.isActive) return signInFailed;
  const factor = readFactor(mind, operator, code);
  if (factor === undefined) return signInFailed;
  if (operator.totpSealed !== null && factor.kind === 'none') return codeWanted;
  return { by: 'password', passwordHash, factor };
}

/** What was shown as a second factor; undefined when it is wrong. A recovery code is looked at when it is used. */
export function readFactor(
  mind: Mind,
  operator: Operator,
  code: string | undefined,
): ShownFactor | undefined {
  const sealed = operator.totpSealed;
  if (sealed === null || code === undefined || code.trim() === '') return { kind: 'none' };
  const digits = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(digits)) return { kind: 'recovery', codeHash: recoveryCodeHash(operator.id, code) };
  const step = totpStep(openTotpSecret(mind.masterKey, operator.id, sealed), digits, mind.clock());
  return step === undefined ? undefined : { kind: 'totp', sealed, step };
}
