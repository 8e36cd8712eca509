export type HostsGroup = { id: number; name: string; isActive: boolean };

export interface HostsGroupsTable {
  list(): Promise<HostsGroup[]>;
  byName(name: string): Promise<HostsGroup | undefined>;
  add(name: string, isActive: boolean): Promise<HostsGroup>;
  change(id: number, change: Partial<Omit<HostsGroup, 'id'>>): Promise<void>;
  remove(id: number): Promise<void>;
  ofHost(hostId: number): Promise<HostsGroup[]>;
  /** The groups of each of these hosts. */
  ofHosts(hostIds: readonly number[]): Promise<{ hostId: number; hostsGroupId: number }[]>;
  byId(id: number): Promise<HostsGroup | undefined>;
  countMembers(): Promise<{ hostsGroupId: number; hosts: number }[]>;
  memberIds(groupId: number): Promise<number[]>;
  /** Every membership, for export. */
  memberships(): Promise<{ hostsGroupId: number; hostId: number }[]>;
  /** False when the host was a member already. */
  join(groupId: number, hostId: number): Promise<boolean>;
  leave(groupId: number, hostId: number): Promise<boolean>;
  joinAll(groupId: number, hostIds: readonly number[]): Promise<void>;
  leaveAll(groupId: number, hostIds: readonly number[]): Promise<void>;
}
