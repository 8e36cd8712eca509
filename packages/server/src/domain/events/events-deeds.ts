import type { eventsRoutes } from '@remotes/protocol/operators/events';
import type { Mind } from '../mind.ts';
import type { Actor } from '../operators/actor.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { notFound, type Problem } from '../operators/problem.ts';
import { type EventWish, streamEvents } from './event-stream.ts';

export const eventsDeeds: ApiDeeds<keyof typeof eventsRoutes> = {
  async events({ mind, actor, query, lastEventId, gone }) {
    const { job: jobId, host: hostId, kinds, after } = query;
    const wish = { jobId, hostId, kinds, lastId: lastEventId ?? after };
    const refusal = await refusalOf(mind, actor, wish);
    return refusal ?? { answer: undefined, stream: streamEvents(mind, actor, wish, gone) };
  },

  async jobs_events({ mind, actor, params, query: { kinds, after }, lastEventId, gone }) {
    const wish = { jobId: params.id, kinds, lastId: lastEventId ?? after };
    const refusal = await refusalOf(mind, actor, wish);
    return refusal ?? { answer: undefined, stream: streamEvents(mind, actor, wish, gone) };
  },
};

/** Whoever follows one thing is told when there is no such thing for him. */
async function refusalOf(
  { storage: { tables } }: Mind,
  { hostsGroupIds }: Actor,
  { jobId, hostId }: EventWish,
): Promise<Problem | undefined> {
  if (jobId !== undefined && !(await tables.events.isJobWithin(jobId, hostsGroupIds)))
    return notFound(`job ${jobId}`);
  if (hostId === undefined) return undefined;
  const isThere =
    hostsGroupIds === null
      ? (await tables.hosts.byId(hostId)) !== undefined
      : (await tables.events.hostIdsWithin(hostsGroupIds)).includes(hostId);
  return isThere ? undefined : notFound(`host ${hostId}`);
}
