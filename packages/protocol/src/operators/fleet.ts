import { Type } from 'typebox';
import { agreement, changeMembers } from './changes.ts';
import type { ApiRoute } from './route.ts';

const LineNote = Type.Object({ line: Type.Integer(), message: Type.String() });

/** The fleet file. For accounts whose rights are not narrowed. */
export const fleetRoutes = {
  fleet_apply: {
    method: 'POST',
    path: '/api/v2/fleet/apply',
    access: 'admin',
    summary:
      'Make hosts groups, settings, variables, commands groups and commands what a file says: all of it or nothing',
    body: Type.Object({
      /** YAML, or JSON. */
      file: Type.String({ maxLength: 16 * 1024 * 1024 }),
      /** Remove what the file does not name, of those sections that it has. */
      prune: Type.Optional(Type.Boolean()),
      ...agreement,
    }),
    success: 200,
    answer: Type.Object({
      status: Type.Enum(['applied', 'unchanged', 'planned']),
      ...changeMembers,
      notes: Type.Array(LineNote),
    }),
  },
  fleet_export: {
    method: 'GET',
    path: '/api/v2/fleet/export',
    access: 'admin',
    summary:
      'Fetch everything that is defined as such a file; values of secret settings stay with the server',
    query: Type.Object({
      /** Without members of groups and values of variables, for a server that has other hosts. */
      without_hosts: Type.Optional(Type.Boolean()),
      /** With the values that runs have saved, too. */
      saved_values: Type.Optional(Type.Boolean()),
    }),
    success: 200,
    media: 'application/yaml',
  },
} as const satisfies Record<string, ApiRoute>;
