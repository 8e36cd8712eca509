/**
 * What each host is still to run: a small table of its own, so that the cost of answering never grows with the past.
 * Rows stand for membership alone; windows and switches are judged when a host asks.
 */
export interface PendingTable {
  ofHost(hostId: number): Promise<number[]>;
  /** The same of many hosts; those that have nothing are left out. */
  ofHosts(hostIds: readonly number[]): Promise<{ hostId: number; wireNumbers: number[] }[]>;
  has(hostId: number, wireNumber: number): Promise<boolean>;
  add(hostId: number, wireNumber: number): Promise<void>;
  remove(hostId: number, wireNumber: number): Promise<void>;
  /** Adds every command of the commands groups meant for this hosts group that the host has no run of, or a queued one. */
  addForMember(hostsGroupId: number, hostId: number): Promise<void>;
  /** Drops every command of the commands groups meant for this hosts group. */
  removeForMember(hostsGroupId: number, hostId: number): Promise<void>;
  /** Makes the command pending for exactly those members of the hosts group that have no run of it, or a queued one. */
  resetForCommand(wireNumber: number, hostsGroupId: number): Promise<void>;
  /** The same for many hosts that belong to the group now, or no more. */
  addForMembers(hostsGroupId: number, hostIds: readonly number[]): Promise<void>;
  removeForMembers(hostsGroupId: number, hostIds: readonly number[]): Promise<void>;
  /** The hosts that have one of these commands pending, whatever state they are in. */
  waitingHostIds(wireNumbers: readonly number[]): Promise<number[]>;
  /** The verified hosts that have one of these commands pending, each once. */
  hostIds(wireNumbers: readonly number[]): Promise<number[]>;
  /** The same, of hosts that have proved a channel key. */
  sealedHostIds(wireNumbers: readonly number[]): Promise<number[]>;
}
