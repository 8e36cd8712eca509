import type { Flags } from './arguments.ts';
import type { Config } from './config.ts';
import type { Server } from './network/server.ts';
import type { SettingsFile } from './settings-file.ts';

/** What every action works with. */
export type Context = {
  readonly flags: Flags;
  readonly config: Config;
  readonly settings: SettingsFile;
  readonly server: Server;
  /** One sentence for people, on stderr. */
  readonly say: (sentence: string) => void;
  /** JSON text for programs, on stdout, laid out. */
  readonly print: (json: string) => void;
};
