export type Variable = { id: number; category: string; name: string };

export type VariableValue = {
  variableId: number;
  hostId: number;
  value: string;
  setAt: number;
  /** `run <uuid>`, or which program of an operator. */
  setBy: string;
};

/** What a value was, from when until when. */
export type FormerValue = {
  /** Counts up. */
  id: number;
  value: string;
  setAt: number;
  setBy: string;
  replacedAt: number;
  replacedBy: string;
};

/** Hosts by where they belong: to this group, and to one of those. */
export type ValuesPlace = { hostsGroupId?: number; within: readonly number[] | null };

export interface VariablesTable {
  list(): Promise<Variable[]>;
  add(category: string, name: string): Promise<Variable>;
  remove(id: number): Promise<void>;
  valuesOfHost(
    hostId: number,
    variableIds: readonly number[],
  ): Promise<{ variableId: number; value: string }[]>;
  values(): Promise<VariableValue[]>;
  valueAt(variableId: number, hostId: number): Promise<VariableValue | undefined>;
  /** The values of one host by variable, from the one after `afterId` on. */
  valuesPage(page: { hostId: number; afterId: number; limit: number }): Promise<VariableValue[]>;
  /** What a value was before, newest first, from the one before `beforeId` on. */
  history(page: {
    variableId: number;
    hostId: number;
    beforeId: number;
    limit: number;
  }): Promise<FormerValue[]>;
  /** The values that these variables have for these hosts. */
  valuesAt(hostIds: readonly number[], variableIds: readonly number[]): Promise<VariableValue[]>;
  /** How many hosts of a place have each value of these variables. */
  countValues(
    variableIds: readonly number[],
    place: ValuesPlace,
  ): Promise<{ variableId: number; value: string; hosts: number }[]>;
  /** The variables that have a value for a host of one of these groups. */
  idsOnHosts(hostsGroupIds: readonly number[]): Promise<number[]>;
  /** Of these variables the value of each host that has one. */
  valuesOf(variableIds: readonly number[]): Promise<Pick<VariableValue, 'variableId' | 'hostId' | 'value'>[]>;
  /** Sets the value and keeps the former one in the history; writes nothing when it is the same. */
  setValue(value: VariableValue): Promise<void>;
  removeValue(variableId: number, hostId: number, at: number, by: string): Promise<void>;
}
