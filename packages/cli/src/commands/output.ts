import { eventsRoutes } from '@remotes/protocol/operators/events';
import { type RunView, runsRoutes } from '@remotes/protocol/operators/runs';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { visibleLine, visibleText } from '@remotes/protocol/screen/visible-text';
import type { Api } from '../api/api.ts';
import { findRun } from '../api/find.ts';
import { lastingApi } from '../api/lasting-api.ts';
import type { CommandShape, Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { watchNews } from '../run/news.ts';
import { createOutputReader } from '../run/output-reader.ts';
import { endingText } from '../run/run-ending.ts';
import { write } from '../screen/write.ts';
import { usageTrouble } from '../trouble.ts';

type Stream = 'stdout' | 'stderr' | 'result';

export const output: CommandShape = {
  name: 'output',
  help: `Usage: remotes output RUN [--stdout | --stderr | --result] [--follow] [--raw]

RUN is an id, or "last" for the newest run that was handed to a host.

Writes what a run printed, byte for byte: its stdout to stdout, its stderr to stderr. On a terminal, characters that
would steer it are made visible instead. A line on stderr says how the run ended, and whether something of its output
was cut or masked.

  --stdout             only its stdout
  --stderr             only its stderr, to stdout
  --result             only its result, to stdout: the JSON list of a success, or what a failure said
  -F, --follow         go on with what it prints, until it ends
  --raw                on a terminal, too, byte for byte
  --json               the run and its output as one JSON object

Examples:
  remotes output last
  remotes runs --job last
  remotes output 019a7c3e-5a8e-7cc1-b2a5-1f0e6e1d2c3b --result | jq '.[0]'`,
  actions: {
    '': {
      takes: ['RUN'],
      options: {
        stdout: { type: 'boolean' },
        stderr: { type: 'boolean' },
        result: { type: 'boolean' },
        follow: { type: 'boolean', short: 'F' },
        raw: { type: 'boolean' },
      },
      run: show,
    },
  },
};

async function show(given: Given): Promise<number> {
  const parts = (['stdout', 'stderr', 'result'] as const).filter((part) => isGiven(given, part));
  if (parts.length > 1)
    throw usageTrouble(`--${parts.join(' and --')} exclude each other: give one of them.`);
  const [part] = parts;
  const api = connect(given);
  const id = await findRun(api, given.words[0] ?? '');
  const show = async () => (await api.ask(runsRoutes.runs_show, { params: { id } })).answer;
  if (isGiven(given, 'follow')) await follow(api, await show(), part, isGiven(given, 'raw'));
  const run = await show();
  if (given.format === 'json') return showJson(api, run);
  if (!isGiven(given, 'follow')) await showWhole(api, id, part, isGiven(given, 'raw'));
  for (const line of remarks(run)) console.error(line);
  return exitStatus.done;
}

async function showWhole(api: Api, id: string, part: Stream | undefined, isRaw: boolean): Promise<void> {
  if (part !== undefined)
    return copy(
      await api.stream(runsRoutes.runs_stream, { params: { id, stream: part } }),
      process.stdout,
      isRaw,
    );
  for (const stream of ['stdout', 'stderr'] as const) {
    const parts = await api.stream(runsRoutes.runs_stream, { params: { id, stream } });
    await copy(parts, process[stream], isRaw);
  }
}

/** Raw for a file or a pipe; for a terminal nothing that steers it, and an end of line at the end. */
async function copy(parts: AsyncIterable<Buffer>, to: NodeJS.WriteStream, isRaw: boolean): Promise<void> {
  const decoder = new TextDecoder();
  let last: number | undefined;
  for await (const part of parts) {
    last = part.at(-1) ?? last;
    await write(to.isTTY && !isRaw ? visibleText(decoder.decode(part, { stream: true })) : part, to);
  }
  // Remarks follow on stderr, the prompt on a terminal: both want a line of their own.
  if (last !== undefined && last !== 0x0a && (to.isTTY || to === process.stderr)) await write('\n', to);
}

/** Piece by piece, as it comes. */
async function follow(current: Api, run: RunView, part: Stream | undefined, isRaw: boolean): Promise<void> {
  const api = lastingApi(current, {
    onLost(message, isNews) {
      if (isNews) console.error(`${message} It is asked again until it answers.`);
    },
  });
  const stop = new AbortController();
  const query = { job: run.job_id, host: run.host.id, kinds: 'run,output' };
  const open = (signal: AbortSignal) => api.stream(eventsRoutes.events, { query, signal });
  const news = watchNews(open, stop.signal);
  const reader = createOutputReader(api, run.id);
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  try {
    for (;;) {
      for await (const { stream, bytes } of reader.more()) {
        if (part !== undefined && part !== stream) continue;
        const to = part === undefined ? process[stream] : process.stdout;
        const isShown = to.isTTY && !isRaw;
        await write(isShown ? visibleText(decoders[stream].decode(bytes, { stream: true })) : bytes, to);
      }
      if (reader.hasEnded()) return;
      await news.next(undefined);
    }
  } finally {
    stop.abort();
  }
}

async function showJson(api: Api, run: RunView): Promise<number> {
  const read = async (stream: Stream) => {
    const parts: Buffer[] = [];
    for await (const part of await api.stream(runsRoutes.runs_stream, { params: { id: run.id, stream } }))
      parts.push(part);
    return Buffer.concat(parts);
  };
  const stdout = await read('stdout');
  const stderr = await read('stderr');
  await write(`${jsonText({ ...run, ...texts('stdout', stdout), ...texts('stderr', stderr) })}\n`);
  return exitStatus.done;
}

/** Bytes that are no UTF-8 come in base64 too. */
function texts(name: string, bytes: Buffer): Record<string, string> {
  const text = bytes.toString();
  const isExact = Buffer.from(text).equals(bytes);
  return { [name]: text, ...(isExact ? {} : { [`${name}_base64`]: bytes.toString('base64') }) };
}

/** What is to be known of this output beside its bytes. */
function remarks(run: RunView): string[] {
  const lines = [`"${visibleLine(run.command.name)}" on ${visibleLine(run.host.name)}: ${endingText(run)}.`];
  if (run.output_cut_bytes > 0)
    lines.push(
      `${run.output_cut_bytes} bytes in the middle of its output were not kept: it was longer than the limit.`,
    );
  if (run.is_masked) lines.push('Values of secret settings in it were masked.');
  return lines;
}
