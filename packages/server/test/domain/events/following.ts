import { onTestFinished } from 'vitest';
import { eventsDeeds } from '../../../src/domain/events/events-deeds.ts';
import type { Mind } from '../../../src/domain/mind.ts';
import type { Actor } from '../../../src/domain/operators/actor.ts';
import { proveActor } from '../../../src/domain/operators/prove-actor.ts';

type Asked = {
  query?: { job?: string; host?: number; kinds?: string; after?: string };
  lastEventId?: string | undefined;
};

/** One event as its reader has it: of `data` what matters to most tests. */
export type Told = { id: string; event: string; data: Record<string, unknown> };

export async function actorBy(mind: Mind, bearer: string): Promise<Actor> {
  const actor = await proveActor(mind, { bearer }, { address: '127.0.0.1' });
  if (!actor || 'problem' in actor) throw new Error('He is nobody.');
  return actor;
}

/** Asks for a stream as the door does; what is refused comes back as it is. */
export async function askEvents(mind: Mind, actor: Actor, { query = {}, lastEventId }: Asked = {}) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  // biome-ignore lint/suspicious/noExplicitAny: of what the door hands in the deed takes this
  const reply = await eventsDeeds.events({ mind, actor, query, lastEventId, gone: leaving.signal } as any);
  if (!('stream' in reply) || !reply.stream) return { refused: reply };
  const parts = (reply.stream as AsyncIterable<string>)[Symbol.asyncIterator]();
  const waiting: Told[] = [];
  return {
    refused: undefined,
    /** The next event; undefined when the stream has ended. */
    async next(): Promise<Told | undefined> {
      while (waiting.length === 0) {
        const { value, done } = await parts.next();
        if (done) return undefined;
        waiting.push(...told(value));
      }
      return waiting.shift();
    },
    leave: () => leaving.abort(),
  };
}

function told(text: string): Told[] {
  return text.split('\n\n').flatMap((block) => {
    const [id, event, data] = ['id', 'event', 'data'].map(
      (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1],
    );
    return id === undefined || event === undefined ? [] : [{ id, event, data: JSON.parse(data ?? 'null') }];
  });
}
