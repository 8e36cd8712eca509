import type { CloseName } from '@remotes/protocol/close-codes';
import type { Logger } from 'pino';
import type { createDuplicateNotes } from '../domain/duplicate-host.ts';
import type { Mind } from '../domain/mind.ts';
import type { Pace } from './pace.ts';

/** Told of every frame, and of every end of a connection. */
export type MeasureChannel = {
  frame(direction: 'in' | 'out'): void;
  closed(ending: CloseName | 'cut' | 'other'): void;
};

/** What every file behind this door works with. */
export type ChannelDoor = {
  readonly mind: Mind;
  readonly log: Logger;
  readonly pace: Pace;
  readonly measure: MeasureChannel | undefined;
  readonly noteDuplicate: ReturnType<typeof createDuplicateNotes>;
};
