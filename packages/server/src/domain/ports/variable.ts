export type Variable = { id: number; category: string; name: string };

export type VariableValue = {
  variableId: number;
  hostId: number;
  value: string;
  setAt: number;
  /** `run <uuid>`, or which program of an operator. */
  setBy: string;
};

export interface VariablesTable {
  list(): Promise<Variable[]>;
  add(category: string, name: string): Promise<Variable>;
  remove(id: number): Promise<void>;
  valuesOfHost(
    hostId: number,
    variableIds: readonly number[],
  ): Promise<{ variableId: number; value: string }[]>;
  values(): Promise<VariableValue[]>;
  /** Of these variables the value of each host that has one. */
  valuesOf(variableIds: readonly number[]): Promise<Pick<VariableValue, 'variableId' | 'hostId' | 'value'>[]>;
  /** Sets the value and keeps the former one in the history; writes nothing when it is the same. */
  setValue(value: VariableValue): Promise<void>;
  removeValue(variableId: number, hostId: number, at: number, by: string): Promise<void>;
}
