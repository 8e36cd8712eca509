import { Type } from 'typebox';
import { Id } from './forms.ts';

/** Of a path with `{id}` of a host, a group, a command …: a number. */
export const numberedPath = Type.Object({ id: Id });

/** Of a path with `{id}` of a job or a run: a UUID in lower case. */
export const uuidPath = Type.Object({
  id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
});
