import { type Static, Type } from 'typebox';
import { FleetVariable } from '../values/fleet-file.ts';
import { about, Id, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

const variableMembers = { id: Type.Integer(), category: Type.String(), name: Type.String() };
export const VariableView = Type.Object({
  ...variableMembers,
  read_by: about(
    'Ids of commands that are handed it, and of those whose result is saved to it.',
    Type.Array(Type.Integer()),
  ),
  saved_by: Type.Array(Type.Integer()),
});
export type VariableView = Static<typeof VariableView>;

export const ValueView = Type.Object({
  variable: Type.Object(variableMembers),
  value: Type.String(),
  set_at: Moment,
  set_by: about('`run <uuid>`, or `operator <name>`, or `apply`.', Type.String()),
});
export type ValueView = Static<typeof ValueView>;

/** A value that was: from when until when, and by whom it was replaced or removed. */
const FormerValue = Type.Object({
  value: Type.String(),
  set_at: Moment,
  set_by: Type.String(),
  replaced_at: Moment,
  replaced_by: Type.String(),
});

const { category, name } = FleetVariable.properties;
const valuePath = Type.Object({ ...numberedPath.properties, variable: Id });
const value = Type.String({ maxLength: 65_536, pattern: '^[^\\u0000]*$' });

const MatrixCell = Type.Object({
  variable_id: Type.Integer(),
  value: Type.String(),
  differs: about(
    'It is not what most of the hosts have; absent where marks were not asked for.',
    Type.Optional(Type.Boolean()),
  ),
});

/** Variables: named facts with one value for each host. */
export const variablesRoutes = {
  variables_list: {
    method: 'GET',
    path: '/api/v2/variables',
    access: 'viewer',
    summary: 'List variables by category and name',
    query: Type.Object({
      ...pageQuery,
      q: about(
        'A part of `category/name`, whatever the case of its letters.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
      ),
    }),
    success: 200,
    answer: pageOf(VariableView),
  },
  variables_create: {
    method: 'POST',
    path: '/api/v2/variables',
    access: 'operator',
    summary: 'Make a variable. For accounts whose rights are not narrowed',
    body: Type.Object({ category, name }),
    success: 201,
    answer: VariableView,
    isCreating: true,
  },
  variables_remove: {
    method: 'DELETE',
    path: '/api/v2/variables/{id}',
    access: 'operator',
    summary:
      'Remove a variable that no command uses, with its values. For accounts whose rights are not narrowed',
    params: numberedPath,
    success: 204,
  },
  variables_matrix: {
    method: 'GET',
    path: '/api/v2/variables/matrix',
    access: 'viewer',
    summary: 'Show hosts by name against variables',
    query: Type.Object({
      ...pageQuery,
      hosts_group: Type.Optional(Id),
      q: about(
        'A part of `category/name` of the variables, whatever the case of its letters.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 400 })),
      ),
      diff: about('Mark values that differ from what most of the hosts have.', Type.Optional(Type.Boolean())),
    }),
    success: 200,
    answer: Type.Object({
      variables: about('A hundred at most; `q` chooses others.', Type.Array(Type.Object(variableMembers))),
      has_more_variables: Type.Boolean(),
      items: Type.Array(
        Type.Object({
          host: Named,
          values: about('Only those that the host has a value for.', Type.Array(MatrixCell)),
        }),
      ),
      next: nullable(Type.String()),
    }),
  },
  values_list: {
    method: 'GET',
    path: '/api/v2/hosts/{id}/variables',
    access: 'viewer',
    summary: 'List the values that variables have for a host',
    params: numberedPath,
    query: Type.Object(pageQuery),
    success: 200,
    answer: pageOf(ValueView),
  },
  values_set: {
    method: 'PUT',
    path: '/api/v2/hosts/{id}/variables/{variable}',
    access: 'operator',
    summary: 'Set a value. It takes rights on the host and on every command that is handed the variable',
    params: valuePath,
    body: Type.Object({ value }),
    success: 200,
    answer: ValueView,
    version: 'wanted',
  },
  values_remove: {
    method: 'DELETE',
    path: '/api/v2/hosts/{id}/variables/{variable}',
    access: 'operator',
    summary: 'Remove a value; its past stays. It takes the same rights',
    params: valuePath,
    success: 204,
    version: 'wanted',
  },
  values_history: {
    method: 'GET',
    path: '/api/v2/hosts/{id}/variables/{variable}/history',
    access: 'viewer',
    summary: 'List what a value was before, newest first',
    params: valuePath,
    query: Type.Object(pageQuery),
    success: 200,
    answer: pageOf(FormerValue),
  },
} as const satisfies Record<string, ApiRoute>;
