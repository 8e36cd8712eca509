type Frame = string | Buffer;

/** Frames of one connection, handled one after the other in the order in which they came. */
export type FrameQueue = {
  add(frame: Frame): void;
  isBusy(): boolean;
  /** Resolves when what is being handled now has been; what waits behind it is dropped. */
  close(): Promise<void>;
};

/** Beyond this nothing more is read, so that a slow memory slows its hosts and fills nothing. */
const mostFrames = 16;
const mostBytes = 4 * 1024 * 1024;

export function createFrameQueue(
  handle: (frame: Frame) => Promise<void>,
  setReading: (isReading: boolean) => void,
): FrameQueue {
  let waiting: Frame[] = [];
  let waitingBytes = 0;
  let isReading = true;
  let handling: Promise<void> | undefined;
  const look = () => {
    const isFull = waiting.length > mostFrames || waitingBytes > mostBytes;
    if (isFull !== isReading) return;
    isReading = !isFull;
    setReading(isReading);
  };
  const run = async () => {
    for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) {
      waitingBytes -= frame.length;
      look();
      await handle(frame);
    }
    handling = undefined;
  };
  return Object.freeze({
    add(frame: Frame) {
      waiting.push(frame);
      waitingBytes += frame.length;
      handling ??= run();
      look();
    },
    isBusy: () => handling !== undefined,
    async close() {
      waiting = [];
      waitingBytes = 0;
      await handling;
    },
  });
}
