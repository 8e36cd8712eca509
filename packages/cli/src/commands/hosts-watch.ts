import { setTimeout as delay } from 'node:timers/promises';
import { eventsRoutes, type LiveEvent } from '@remotes/protocol/operators/events';
import { jsonLine } from '@remotes/protocol/screen/json-text';
import { tableLine } from '@remotes/protocol/screen/text-table';
import { readEvents } from '../api/event-stream.ts';
import { findHost } from '../api/find.ts';
import type { Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { readText } from '../given.ts';
import { timeText } from '../screen/moment.ts';
import { write } from '../screen/write.ts';
import { isTrouble } from '../trouble.ts';

const widths = [19, 8, 30, 40];
const pauseMs = 2000;

/** Says what happens to hosts, a line each, until Ctrl-C; goes on where a broken connection left off. */
export async function watchHosts(given: Given): Promise<number> {
  const api = connect(given);
  const host = readText(given, 'host');
  const query = { kinds: 'host', ...(host !== undefined && { host: (await findHost(api, host)).id }) };
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const { signal } = stop;
  if (process.stderr.isTTY) console.error('What happens to hosts from now on; Ctrl-C ends it.');
  let lastEventId: string | undefined;
  while (!signal.aborted) {
    try {
      for await (const event of readEvents(
        await api.stream(eventsRoutes.events, { query, lastEventId, signal }),
      )) {
        lastEventId = event.id ?? lastEventId;
        if (event.event === 'reset')
          console.error('Some of what happened meanwhile is no longer known: see "remotes hosts".');
        if (event.event === 'host') await write(lineOf(given, JSON.parse(event.data) as LiveEvent));
      }
    } catch (thrown) {
      if (signal.aborted) break;
      // A refusal will not get better; a lost connection will.
      if (!isTrouble(thrown) || thrown.status !== exitStatus.unreached) throw thrown;
      console.error(thrown.message);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => {});
  }
  return exitStatus.done;
}

function lineOf({ format }: Given, event: LiveEvent): string {
  if (format === 'json') return `${jsonLine(event)}\n`;
  if (event.kind !== 'host') return '';
  return `${tableLine([timeText(event.at), String(event.host_id), event.name, what(event)], widths)}\n`;
}

function what({ state, former_state: former }: Extract<LiveEvent, { kind: 'host' }>): string {
  if (state === null) return 'removed';
  if (former === null) return `new: ${state}`;
  return former === state ? 'renamed' : `${former} → ${state}`;
}
