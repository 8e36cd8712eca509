import type { Logger } from 'pino';
import type { createDuplicateNotes } from '../domain/duplicate-host.ts';
import type { Mind } from '../domain/mind.ts';
import type { Pace } from './pace.ts';

/** What every file behind this door works with. */
export type ChannelDoor = {
  readonly mind: Mind;
  readonly log: Logger;
  readonly pace: Pace;
  readonly noteDuplicate: ReturnType<typeof createDuplicateNotes>;
};
