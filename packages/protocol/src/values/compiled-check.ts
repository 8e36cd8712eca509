import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/**
 * Checks values against a schema, several times as quickly as an interpreted check: for what is said often. The check is
 * made when it is first used, so that a program that never does starts no later.
 */
export function compiledCheck<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => value is Static<Schema> {
  let validator: { Check(value: unknown): boolean } | undefined;
  return (value): value is Static<Schema> => {
    validator ??= Compile(schema);
    return validator.Check(value);
  };
}
