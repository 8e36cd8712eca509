import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { LiveEvent } from '@remotes/protocol/operators/events';
import { onTestFinished } from 'vitest';
import { withBearer } from './sample-operators.ts';

export type Told = { readonly id: string; readonly event: string; readonly data: LiveEvent };

/** Follows a stream of events, as a browser's EventSource would. */
export async function followEvents(
  url: string,
  { token, lastId }: { token: string; lastId?: string | undefined },
): Promise<{ answer: IncomingMessage; told: AsyncGenerator<Told>; leave(): void }> {
  const sent = request(url, {
    agent: false,
    headers: { ...withBearer(token), ...(lastId !== undefined && { 'last-event-id': lastId }) },
  }).end();
  const leave = () => {
    sent.destroy();
  };
  onTestFinished(leave);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  // Leaving is no fault.
  sent.on('error', () => {});
  answer.setEncoding('utf8');
  return { answer, told: read(answer), leave };
}

async function* read(answer: IncomingMessage): AsyncGenerator<Told> {
  let rest = '';
  try {
    for await (const part of answer) {
      const blocks = (rest + part).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line): [string, string] => {
            const colon = line.indexOf(':');
            return [line.slice(0, colon), line.slice(colon + 2)];
          }),
        );
        const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
        if (id !== undefined && event !== undefined && data !== undefined) {
          yield { id, event, data: JSON.parse(data) };
        }
      }
    }
  } catch {
    // Cut off.
  }
}
