import { type Static, Type } from 'typebox';
import { about } from './forms.ts';

/** How many hosts it may reach, as far as was agreed to; wanted above the number that a setting names. */
export const yes = Type.Optional(Type.Integer({ minimum: 0 }));

/** What goes with every change that may make commands run. With `dry_run` it is shown and not made. */
export const agreement = { yes, dry_run: Type.Optional(Type.Boolean()) };

/** One thing that a change does, in words. Values of secrets are never among them. */
export const ChangeInWords = Type.Object({
  action: Type.Enum(['add', 'change', 'remove']),
  kind: Type.Enum(['hosts_group', 'setting', 'variable', 'commands_group', 'command']),
  name: Type.String(),
  details: Type.Array(Type.String()),
});

/** What a change does, or would do. */
export const changeMembers = {
  is_dry_run: Type.Boolean(),
  changes: Type.Array(ChangeInWords),
  will_run_on_hosts: about(
    'On how many verified hosts commands run because of it, now or when a window opens.',
    Type.Integer(),
  ),
  notes: about('Worth knowing, and no obstacle.', Type.Array(Type.String())),
};
export const Change = Type.Object(changeMembers);
export type Change = Static<typeof Change>;
