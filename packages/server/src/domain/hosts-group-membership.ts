import type { Tables } from './ports.ts';

/** Puts a host into a hosts group: whatever the group's hosts are to run becomes pending for it. False if it was in. */
export async function joinHostsGroup(tables: Tables, hostsGroupId: number, hostId: number): Promise<boolean> {
  if (!(await tables.hostsGroups.join(hostsGroupId, hostId))) return false;
  await tables.pending.addForMember(hostsGroupId, hostId);
  return true;
}

/** Puts all of these hosts into a hosts group, as if one by one. */
export async function joinHostsGroupAll(
  tables: Tables,
  hostsGroupId: number,
  hostIds: readonly number[],
): Promise<void> {
  if (hostIds.length === 0) return;
  await tables.hostsGroups.joinAll(hostsGroupId, hostIds);
  await tables.pending.addForMembers(hostsGroupId, hostIds);
}

/** Takes all of these hosts out of a hosts group, as if one by one. */
export async function leaveHostsGroupAll(
  tables: Tables,
  hostsGroupId: number,
  hostIds: readonly number[],
): Promise<void> {
  if (hostIds.length === 0) return;
  await tables.hostsGroups.leaveAll(hostsGroupId, hostIds);
  await tables.pending.removeForMembers(hostsGroupId, hostIds);
}

/** Takes a host out of a hosts group, with what it has not been given yet. False if it was not in. */
export async function leaveHostsGroup(
  tables: Tables,
  hostsGroupId: number,
  hostId: number,
): Promise<boolean> {
  if (!(await tables.hostsGroups.leave(hostsGroupId, hostId))) return false;
  await tables.pending.removeForMember(hostsGroupId, hostId);
  return true;
}
