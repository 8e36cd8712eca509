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
  /** Sets the value and keeps the former one in the history; writes nothing when it is the same. */
  setValue(value: VariableValue): Promise<void>;
  removeValue(variableId: number, hostId: number, at: number, by: string): Promise<void>;
}
