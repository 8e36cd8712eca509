import { type TSchema, Type } from 'typebox';

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** A moment as RFC 3339 text in UTC. */
export const Moment = Type.String({ format: 'date-time' });

export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** Something by its id, with the name that people know it by. */
export const Named = Type.Object({ id: Type.Integer(), name: Type.String() });

/** The same shape, with a sentence about what stands there: for the OpenAPI document and its page. */
export function about<Schema extends TSchema>(description: string, schema: Schema): Schema {
  // What a schema is stands in members that are not enumerable.
  const members = Object.getOwnPropertyDescriptors(schema);
  const described = { ...members, description: { value: description, enumerable: true } };
  return Object.defineProperties({}, described) as Schema;
}
