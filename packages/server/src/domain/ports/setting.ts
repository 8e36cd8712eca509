export type Setting = {
  name: string;
  /** Sealed when `isSecret`. */
  value: string;
  description: string;
  isSecret: boolean;
  isActive: boolean;
};

export interface SettingsTable {
  list(): Promise<Setting[]>;
  put(setting: Setting): Promise<void>;
  remove(name: string): Promise<void>;
}
