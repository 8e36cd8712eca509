import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

const idleMs = 50;
const longestMs = 2000;

/**
 * Waits until everything that an ended process printed has been read. A child that it left running may hold the pipes
 * open for ever: then the wait ends when nothing more comes, or at the latest after two seconds, and the pipes are let go.
 */
export async function drain(streams: readonly Readable[], seenBytes: () => number): Promise<void> {
  const deadline = performance.now() + longestMs;
  const closing = Promise.all(streams.map((stream) => stream.closed || once(stream, 'close'))).catch(
    () => {},
  );
  const isClosed = () => streams.every((stream) => stream.closed);
  for (let before = -1; !isClosed() && performance.now() < deadline; ) {
    if (before === seenBytes()) break;
    before = seenBytes();
    await Promise.race([closing, delay(idleMs)]);
    // A busy loop may run the timer before it reads what has long arrived.
    await nextTurn();
  }
  for (const stream of streams) stream.destroy();
}
