import type { KeyObject } from 'node:crypto';
import { type FernetKey, openFernet, readFernetKey } from '@remotes/protocol/crypto/fernet';
import { decryptOaep } from '@remotes/protocol/crypto/rsa';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import type { ProgramOrder } from '../host/order.ts';
import type { ServerAnswer } from '../network/server-answer.ts';
import { trouble } from '../trouble.ts';

/** A command as the server gave it, opened. */
export type GivenCommand = { readonly name: string } & Pick<
  ProgramOrder,
  'interpreter' | 'program' | 'settings' | 'variables' | 'timeoutSeconds'
>;

/** Opens the answer of a get; throws a trouble when it is not the command asked for, whole and sealed for this host. */
export function readCommand({ fields }: ServerAnswer, id: number, privateKey: KeyObject): GivenCommand {
  if (fields.id !== id) throw unusable(id, 'another command');
  const key = readFernetKey(decryptOaep(privateKey, String(fields.encryption_key)) ?? '');
  if (key === undefined) throw unusable(id, "a key that is not sealed for this host's private key");
  const open = opener(id, key, fields.encrypted);
  const timeoutSeconds = fields.timeout;
  if (typeof timeoutSeconds !== 'number' || !(timeoutSeconds > 0)) throw unusable(id, 'no time-out');
  return {
    name: open('name', fields.name ?? ''),
    program: open('command', fields.command),
    settings: mapMembers(id, fields.settings, (value) => open('settings', value)),
    variables: mapMembers(id, fields.variables, (value) =>
      value === null ? null : open('variables', value),
    ),
    timeoutSeconds,
    // A server may name one; whether this machine has it is found out by starting it.
    interpreter: (fields.interpreter === undefined || fields.interpreter === null
      ? 'python'
      : open('interpreter', fields.interpreter)) as Interpreter,
  };
}

function opener(id: number, key: FernetKey, listed: unknown) {
  const sealed = Array.isArray(listed) ? listed : ['name', 'settings', 'variables', 'command'];
  return (field: string, value: unknown): string => {
    if (typeof value !== 'string') throw unusable(id, `no ${field}`);
    if (!sealed.includes(field) || value === '') return value;
    const bytes = openFernet(key, value);
    if (bytes === undefined) throw unusable(id, `a ${field} that its key does not open`);
    return bytes.toString('utf8');
  };
}

function mapMembers<To>(id: number, members: unknown, to: (value: unknown) => To): Record<string, To> {
  if (typeof members !== 'object' || members === null) throw unusable(id, 'no settings or variables');
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, to(value)]));
}

function unusable(id: number, what: string) {
  return trouble('answer', `the server's answer for command ${id} holds ${what}: it was not run`);
}
