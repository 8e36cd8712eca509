import { Type } from 'typebox';

/** Of a path with `{id}` of a host, a group, a command …: a number. */
export const numberedPath = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

/** Of a path with `{id}` of a job or a run: a UUID in lower case. */
export const uuidPath = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
});
