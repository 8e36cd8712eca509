import type { Actor, Role } from './actor.ts';

const ranks: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };

/** Whether the role is this one or a higher one. */
export function hasRole({ role }: Pick<Actor, 'role'>, least: Role): boolean {
  return ranks[role] >= ranks[least];
}

/** Whether something that belongs to these hosts groups lies within an actor's rights: one of them is enough to see a host. */
export function reaches(
  { hostsGroupIds }: Pick<Actor, 'hostsGroupIds'>,
  belongsTo: readonly number[],
): boolean {
  return hostsGroupIds === null || belongsTo.some((id) => hostsGroupIds.includes(id));
}

/** Whether all of these hosts groups lie within an actor's rights: so much is wanted where a change reaches all of them. */
export function reachesAll(
  { hostsGroupIds }: Pick<Actor, 'hostsGroupIds'>,
  belongsTo: readonly number[],
): boolean {
  return hostsGroupIds === null || belongsTo.every((id) => hostsGroupIds.includes(id));
}
