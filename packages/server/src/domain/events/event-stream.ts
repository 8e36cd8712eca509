import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import { standingActor } from '../operators/prove-actor.ts';
import { hasRole } from '../operators/rights.ts';
import type { EventPlace, StoredEvent } from '../ports.ts';
import { placeText, readPlace } from './event-place.ts';
import { createEventSight, type EventSight } from './event-sight.ts';
import { eventView } from './event-view.ts';

export type EventWish = {
  readonly jobId?: string | undefined;
  readonly hostId?: number | undefined;
  /** Kinds between commas; all when absent. */
  readonly kinds?: string | undefined;
  /** The last event that the reader was told; absent: he begins now. */
  readonly lastId?: string | undefined;
};

/** In seconds without anything to tell, about. */
const heartbeatEvery = 15;

/**
 * Server-sent events (WHATWG HTML, section 9.2), as long as the reader's account stands and he is there. Nothing is read
 * before he has taken what came before: whoever is slow falls behind in the database, not in memory.
 */
export async function* streamEvents(
  mind: Mind,
  actor: Actor,
  wish: EventWish,
  gone: AbortSignal,
): AsyncGenerator<string> {
  const { storeId } = await mind.definitions.current();
  const say = (event: string, place: EventPlace, data: object) =>
    `id: ${placeText(storeId, place)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  const asked = wish.lastId === undefined ? undefined : readPlace(storeId, wish.lastId);
  let place = asked ?? (await mind.events.newest());
  const isLost = wish.lastId !== undefined && asked === undefined;
  yield `retry: 1000\n${say(isLost ? 'reset' : 'ready', place, {})}`;

  let reader: Reader | undefined;
  for (let quiet = 0; !gone.aborted; quiet += 1) {
    const events = await mind.events.next(place, gone);
    // Looked at now, as his rights may have ended while he waited.
    reader = await readerAsOf(mind, reader, actor);
    if (!reader) return;
    if (events === 'forgotten') {
      place = await mind.events.newest();
      yield say('reset', place, {});
      continue;
    }
    const told: string[] = [];
    for (const event of events) {
      const view = isWished(wish, event) && (await reader.sight.sees(event)) ? eventView(event) : undefined;
      if (view) told.push(say(view.kind, event, view));
    }
    place = events.at(-1) ?? place;
    if (told.length > 0) {
      quiet = 0;
      yield told.join('');
    } else if (quiet >= heartbeatEvery) {
      quiet = 0;
      // Without data it is no event, but the reader goes on from there.
      yield `: nothing new\nid: ${placeText(storeId, place)}\n\n`;
    }
  }
}

type Reader = { readonly actor: Actor; readonly sight: EventSight };

/** The reader with the rights that he has now; undefined when he has none any more. */
async function readerAsOf(mind: Mind, former: Reader | undefined, actor: Actor): Promise<Reader | undefined> {
  const now = await standingActor(mind, actor);
  if (!now || now.lacksSecondFactor || !hasRole(now, 'viewer')) return undefined;
  const isSame = String(former?.actor.hostsGroupIds) === String(now.hostsGroupIds);
  if (former && isSame) return former;
  return { actor: now, sight: createEventSight(mind, now) };
}

function isWished({ jobId, hostId, kinds }: EventWish, event: StoredEvent): boolean {
  return (
    (jobId === undefined || event.jobId === jobId) &&
    (hostId === undefined || event.hostId === hostId) &&
    (kinds === undefined || kinds.split(',').includes(event.kind))
  );
}
