import { Type } from 'typebox';
import { agreement, changeMembers } from './changes.ts';
import { about } from './forms.ts';
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
      file: about('YAML, or JSON.', Type.String({ maxLength: 16 * 1024 * 1024 })),
      prune: about(
        'Remove what the file does not name, of those sections that it has.',
        Type.Optional(Type.Boolean()),
      ),
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
      without_hosts: about(
        'Without members of groups and values of variables, for a server that has other hosts.',
        Type.Optional(Type.Boolean()),
      ),
      saved_values: about('With the values that runs have saved, too.', Type.Optional(Type.Boolean())),
    }),
    success: 200,
    media: 'application/yaml',
  },
} as const satisfies Record<string, ApiRoute>;
