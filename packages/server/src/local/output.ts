import { jsonText } from '@remotes/protocol/screen/json-text';
import { runReasons } from '@remotes/protocol/screen/run-reasons';
import { durationText } from '@remotes/protocol/screen/time-text';
import { visibleLine, visibleText } from '@remotes/protocol/screen/visible-text';
import { isDeclined } from '../domain/administration-refusal.ts';
import type { OutputStream, Tables } from '../domain/ports.ts';
import { createRunsReader, isExitUnknown, isOpen, type RunReading } from '../domain/runs-reading.ts';
import { type Given, localCommand, usageError } from './local-command.ts';
import { masterKeyAtHand } from './master-key.ts';
import { withExistingStorage } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';
import { exitText, runJson } from './run-text.ts';

/** `remotes-server output`: what a run printed and returned. */
export const output = localCommand({
  name: 'output',
  help: `Usage: remotes-server output RUN [--stdout | --stderr | --result]

Writes what a run printed, byte for byte: its stdout to stdout, its stderr to stderr, and what a failure said too. On a
terminal, characters that would steer it are made visible instead. A line on stderr says how the run ended, and
whether something of its output was cut or masked. RUN is a number or a UUID: see "remotes-server runs".

  --stdout             only its stdout
  --stderr             only its stderr, to stdout
  --result             only its result, to stdout: the JSON list of a success, or what a failure said
  --json               all of it for programs; texts that are not UTF-8 come in base64 too
  --data FOLDER        where the database is (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server output 17
  remotes-server output 17 --result | jq '.[0]'`,
  actions: {
    '': {
      takes: ['RUN'],
      options: { stdout: { type: 'boolean' }, stderr: { type: 'boolean' }, result: { type: 'boolean' } },
      run: showOutput,
    },
  },
});

async function showOutput({ values, words, isJson, store }: Given): Promise<number> {
  const parts = (['stdout', 'stderr', 'result'] as const).filter((part) => values[part] === true);
  if (parts.length > 1) throw usageError(`--${parts.join(' and --')} exclude each other: give one of them.`);
  const part = parts[0] ?? 'all';
  return withExistingStorage(store, async ({ tables }) => {
    const run = await createRunsReader(tables, await masterKeyAtHand(store)).find(words[0] ?? '');
    if (isDeclined(run)) return showRefusal(run, isJson);
    const streams = await readStreams(tables, run.number);
    if (isJson) console.log(jsonText({ ...runJson(run), ...streamsJson(streams), result: run.result }));
    else {
      const result = Buffer.from(run.result ?? '');
      if (part === 'all' || part === 'stdout') await write(process.stdout, streams.stdout);
      if (part === 'all') await write(process.stderr, streams.stderr);
      if (part === 'stderr') await write(process.stdout, streams.stderr);
      if (part === 'all' && run.state !== 'succeeded') await write(process.stderr, result);
      if (part === 'result') await write(process.stdout, result);
      for (const line of remarks(run)) console.error(line);
    }
    return 0;
  });
}

type Streams = Readonly<Record<OutputStream, Buffer>>;

async function readStreams(tables: Tables, runNumber: number): Promise<Streams> {
  const chunks = await tables.outputs.chunks(runNumber);
  const of = (wanted: OutputStream) =>
    Buffer.concat(chunks.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes));
  return { stdout: of('stdout'), stderr: of('stderr') };
}

function streamsJson(streams: Streams): Record<string, string> {
  return Object.fromEntries(
    Object.entries(streams).flatMap(([name, bytes]) => {
      const text = bytes.toString();
      const isExact = Buffer.from(text).equals(bytes);
      return [[name, text], ...(isExact ? [] : [[`${name}_base64`, bytes.toString('base64')]])];
    }),
  );
}

/** Raw for a file or a pipe; for a terminal nothing that steers it, and an end of line at the end. */
async function write(to: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return;
  await new Promise<void>((resolve) =>
    to.write(to.isTTY ? visibleText(bytes.toString()) : bytes, () => resolve()),
  );
  // Remarks follow on stderr, the prompt on a terminal: both want a line of their own.
  const endsLine = bytes.at(-1) === 0x0a;
  if (!endsLine && (to.isTTY || to === process.stderr)) to.write('\n');
}

/** What is to be known of this output beside its bytes. */
function remarks(run: RunReading): string[] {
  const lines = [
    `Run ${run.number}, "${visibleLine(run.commandName)}" on ${visibleLine(run.hostName)}: ${ending(run)}.`,
  ];
  if (run.outputCutBytes > 0) {
    lines.push(
      `${run.outputCutBytes} bytes in the middle of its output were not kept, by its host or here: it was longer than the limit.`,
    );
  }
  if (run.isMasked) lines.push('Values of secret settings in it were masked.');
  return lines;
}

function ending(run: RunReading): string {
  if (run.state === 'interrupted')
    return `interrupted: it may have run, and how it ended is not known${because(run)}`;
  if (isOpen(run)) return `${run.state}, no end reported yet`;
  const exit = isExitUnknown(run) ? 'unknown (the host did not tell it)' : exitText(run);
  const took = run.durationMs === null ? '' : `, after ${durationText(run.durationMs)}`;
  return `${run.state.replace('_', ' ')}${because(run)}${exit && `, exit status ${exit}`}${took}`;
}

function because({ reason }: RunReading): string {
  return reason === null ? '' : ` (${runReasons[reason] ?? reason})`;
}
