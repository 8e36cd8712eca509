import { Type } from 'typebox';

export const Role = Type.Enum(['viewer', 'operator', 'admin']);

export const HostsGroupRef = Type.Object({ id: Type.Integer(), name: Type.String() });

/** A new one: at least 12 characters that are not easily guessed. */
export const Password = Type.String({ minLength: 1, maxLength: 1000 });

/** Rights are narrowed to hosts groups by their ids; null: to none. */
export const HostsGroupIds = Type.Union([
  Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1000, uniqueItems: true }),
  Type.Null(),
]);
