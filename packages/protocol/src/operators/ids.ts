import { Type } from 'typebox';
import { Uuid } from '../values/text-forms.ts';
import { Id } from './forms.ts';

/** Of a path with `{id}` of a host, a group, a command …: a number. */
export const numberedPath = Type.Object({ id: Id });

/** Of a path with `{id}` of a job or a run: a UUID in lower case. */
export const uuidPath = Type.Object({ id: Uuid });
