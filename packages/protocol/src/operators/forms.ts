import { type TSchema, Type } from 'typebox';

export const nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** A moment as RFC 3339 text in UTC. */
export const Moment = Type.String({ format: 'date-time' });

export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** Something by its id, with the name that people know it by. */
export const Named = Type.Object({ id: Type.Integer(), name: Type.String() });
