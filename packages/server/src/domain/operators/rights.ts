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

/** Of two roles the one that may do less. */
export function lesserRole(one: Role, other: Role): Role {
  return ranks[one] < ranks[other] ? one : other;
}

/** The hosts groups that lie within both; null stands for no narrowing. */
export function narrowed(
  one: readonly number[] | null,
  other: readonly number[] | null,
): readonly number[] | null {
  if (one === null || other === null) return one ?? other;
  return one.filter((id) => other.includes(id));
}
