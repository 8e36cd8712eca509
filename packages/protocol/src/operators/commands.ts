import { type Static, Type } from 'typebox';
import { FleetCommand, longestTimeoutSeconds, mostAttempts } from '../values/fleet-file.ts';
import { Interpreter } from '../values/interpreter.ts';
import { agreement, changeMembers } from './changes.ts';
import { about, Id, Moment, Named, nullable } from './forms.ts';
import { numberedPath } from './ids.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

/** What one revision says. Variables are named `category/name`. */
const revisionMembers = {
  interpreter: Interpreter,
  timeout_seconds: Type.Number(),
  attempts: about(
    'How often it may be delivered to a host as long as nobody knows how it ended.',
    Type.Integer(),
  ),
  settings: Type.Array(Type.String()),
  variables: Type.Array(Type.String()),
  output_variables: about('Item *n* of the result is saved to the *n*th of them.', Type.Array(Type.String())),
};

const commandMembers = {
  id: about('Also its wire number.', Type.Integer()),
  job_id: about('Its standing job.', Type.String()),
  commands_group: Named,
  name: Type.String(),
  description: Type.String(),
  order: about('Lower comes first.', Type.Integer()),
  is_active: Type.Boolean(),
  revision: Type.Integer(),
  ...revisionMembers,
};
export const CommandView = Type.Object(commandMembers);
export type CommandView = Static<typeof CommandView>;

export const CommandDetail = Type.Object({ ...commandMembers, program: Type.String() });
export type CommandDetail = Static<typeof CommandDetail>;

export const RevisionView = Type.Object({
  revision: Type.Integer(),
  created_at: Moment,
  by: about('Who made it; null where that was before it was remembered.', nullable(Type.String())),
  ...revisionMembers,
});
export type RevisionView = Static<typeof RevisionView>;

const CommandChanged = Type.Object({ ...changeMembers, command: nullable(CommandDetail) });

const given = FleetCommand.properties;
const members = {
  description: given.description,
  order: given.order,
  is_active: Type.Optional(Type.Boolean()),
  // What is usual is said where a command is made: here it would undo what stands.
  interpreter: Type.Optional(Interpreter),
  timeout_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: longestTimeoutSeconds })),
  attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: mostAttempts })),
  settings: given.settings,
  variables: given.variables,
  output_variables: given.output_variables,
  ...agreement,
};

const revisionPath = Type.Object({ ...numberedPath.properties, revision: Id });

/** Commands: program texts and how to run them. Those of an active commands group run on each of its hosts once. */
export const commandsRoutes = {
  commands_list: {
    method: 'GET',
    path: '/api/v2/commands',
    access: 'viewer',
    summary: 'List commands by name, without their programs',
    query: Type.Object({
      ...pageQuery,
      commands_group: Type.Optional(Id),
      q: about(
        'A part of the name, whatever the case of its letters.',
        Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      ),
      name: about('The whole name.', Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))),
    }),
    success: 200,
    answer: pageOf(CommandView),
  },
  commands_create: {
    method: 'POST',
    path: '/api/v2/commands',
    access: 'operator',
    summary: 'Make a command; it comes last in its group where no order is said',
    body: Type.Object({ commands_group: Id, name: given.name, program: given.command, ...members }),
    success: 201,
    answer: CommandChanged,
    isCreating: true,
  },
  commands_show: {
    method: 'GET',
    path: '/api/v2/commands/{id}',
    access: 'viewer',
    summary: 'Show a command',
    params: numberedPath,
    success: 200,
    answer: CommandDetail,
    version: 'shown',
  },
  commands_change: {
    method: 'PATCH',
    path: '/api/v2/commands/{id}',
    access: 'operator',
    summary:
      'Change a command. Another program, interpreter or input makes a revision; it does not run again where it ran',
    params: numberedPath,
    body: Type.Object({
      commands_group: about('Moves it to another commands group.', Type.Optional(Id)),
      name: Type.Optional(given.name),
      program: Type.Optional(given.command),
      ...members,
    }),
    success: 200,
    answer: CommandChanged,
    version: 'wanted',
  },
  commands_remove: {
    method: 'DELETE',
    path: '/api/v2/commands/{id}',
    access: 'operator',
    summary: 'Remove a command; what it ran stays on record',
    params: numberedPath,
    query: Type.Object({ dry_run: agreement.dry_run }),
    success: 200,
    answer: CommandChanged,
    version: 'wanted',
  },
  commands_revisions: {
    method: 'GET',
    path: '/api/v2/commands/{id}/revisions',
    access: 'viewer',
    summary: 'List the revisions of a command, newest first',
    params: numberedPath,
    query: Type.Object(pageQuery),
    success: 200,
    answer: pageOf(RevisionView),
  },
  commands_revision: {
    method: 'GET',
    path: '/api/v2/commands/{id}/revisions/{revision}',
    access: 'viewer',
    summary: 'Show one revision of a command',
    params: revisionPath,
    success: 200,
    answer: Type.Object({ ...RevisionView.properties, program: Type.String() }),
  },
  commands_diff: {
    method: 'GET',
    path: '/api/v2/commands/{id}/diff',
    access: 'viewer',
    summary:
      'Compare two revisions of a command: `to` is the newest one, and `from` the one before it, where they are not said',
    params: numberedPath,
    query: Type.Object({ from: Type.Optional(Id), to: Type.Optional(Id) }),
    success: 200,
    answer: Type.Object({
      from: Type.Integer(),
      to: Type.Integer(),
      details: about('Of everything but the program: `name: before → after`.', Type.Array(Type.String())),
      program: about('Of the programs, as a unified diff; empty when they are the same.', Type.String()),
    }),
  },
} as const satisfies Record<string, ApiRoute>;
