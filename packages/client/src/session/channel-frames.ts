import type { Outgoing } from './sealed-session.ts';

export type OutgoingFrame = {
  readonly messages: readonly Outgoing[];
  readonly bytes: number;
  /** The number of the server's frame that this one answers, where it does. */
  readonly answers?: number;
};

/** Cut so that what else is to be said need not wait for a long one, and that a stranger’s first fits into what a server reads. */
export function framesOf(messages: readonly Outgoing[]): OutgoingFrame[] {
  const frames: { messages: Outgoing[]; bytes: number }[] = [];
  for (const message of messages) {
    const bytes = bytesOf(message);
    const last = frames.at(-1);
    if (last === undefined || last.bytes + bytes > usualBytes) frames.push({ messages: [message], bytes });
    else {
      last.messages.push(message);
      last.bytes += bytes;
    }
  }
  return frames.length === 0 ? [{ messages: [], bytes: 0 }] : frames;
}

function bytesOf(outgoing: Outgoing): number {
  const { message, data } = 'message' in outgoing ? outgoing : { message: outgoing, data: nothing };
  return data.length + Buffer.byteLength(JSON.stringify(message));
}

const nothing = Buffer.alloc(0);
const usualBytes = 512 * 1024;
