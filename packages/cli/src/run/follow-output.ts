import type { RunView } from '@remotes/protocol/operators/runs';
import type { Api } from '../api/api.ts';
import type { ServerEvent } from '../api/event-stream.ts';
import type { Paint } from '../screen/colours.ts';
import { createHostLines, type HostLines } from './host-lines.ts';
import { createOutputReader, type OutputReader } from './output-reader.ts';

export type OutputFollowing = {
  readonly paint: Paint;
  readonly isRaw: boolean;
  print(lines: string): Promise<void>;
  readonly signal: AbortSignal;
};

export type FollowedOutput = {
  /** Looks at what an event says is new; at everything where some may have been missed. */
  onEvent(event: ServerEvent | undefined): void;
  /** Resolves once everything that is there was shown. */
  end(): Promise<void>;
};

type Followed = { readonly reader: OutputReader; readonly lines: HostLines };

/** So many outputs are read at once. */
const mostReading = 8;
/** Names beyond it stand out. */
const mostNameWidth = 24;

/** Shows what these runs print, line by line as it comes, each under the name of its host. */
export function followOutput(
  api: Api,
  runs: readonly RunView[],
  { paint, isRaw, print, signal }: OutputFollowing,
): FollowedOutput {
  const longest = Math.max(0, ...runs.map(({ host }) => host.name.length));
  const nameWidth = Math.min(longest, mostNameWidth);
  const followed = new Map<string, Followed>(
    runs.map(({ id, host }) => [
      id,
      { reader: createOutputReader(api, id), lines: createHostLines(host.name, { paint, isRaw, nameWidth }) },
    ]),
  );
  const waiting = new Set<string>();
  const reading = new Map<string, Promise<void>>();
  let failure: { readonly thrown: unknown } | undefined;

  const read = async ({ reader, lines }: Followed) => {
    const show = async (text: string) => {
      if (text !== '' && !signal.aborted) await print(text);
    };
    for await (const part of reader.more()) await show(lines.take(part));
    if (reader.hasEnded()) await show(lines.end());
  };
  const readNext = () => {
    for (const id of waiting) {
      if (reading.size >= mostReading || failure || signal.aborted) return;
      const run = followed.get(id);
      if (!run || reading.has(id)) continue;
      waiting.delete(id);
      const done = read(run)
        .catch((thrown: unknown) => {
          failure ??= { thrown };
        })
        .finally(() => {
          reading.delete(id);
          readNext();
        });
      reading.set(id, done);
    }
  };
  const lookAtAll = () => {
    for (const [id, { reader }] of followed) if (!reader.hasEnded()) waiting.add(id);
    readNext();
  };

  return Object.freeze({
    onEvent(event: ServerEvent | undefined) {
      if (!event || event.event === 'ready' || event.event === 'reset') return lookAtAll();
      const { run_id: runId } = JSON.parse(event.data) as { run_id?: string };
      if (runId === undefined || !followed.has(runId)) return;
      waiting.add(runId);
      readNext();
    },
    async end() {
      lookAtAll();
      while (reading.size > 0) await Promise.all(reading.values());
      if (failure && !signal.aborted) throw failure.thrown;
      for (const { lines } of followed.values()) {
        const rest = lines.end();
        if (rest !== '') await print(rest);
      }
    },
  });
}
