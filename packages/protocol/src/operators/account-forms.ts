import { Type } from 'typebox';
import { about, nullable } from './forms.ts';

export const Role = Type.Enum(['viewer', 'operator', 'admin']);

export const Password = about(
  'A new one: at least 12 characters that are not easily guessed.',
  Type.String({ minLength: 1, maxLength: 1000 }),
);

/** Rights are narrowed to hosts groups by their ids; null: to none. */
export const HostsGroupIds = nullable(
  Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1000, uniqueItems: true }),
);
