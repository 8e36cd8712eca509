import type { AnswerOf } from '@remotes/protocol/operators/route';
import type { runsRoutes } from '@remotes/protocol/operators/runs';
import type { OutputStream, Run, Tables } from '../ports.ts';

type Chunk = { stream: OutputStream; chunk: number; bytes: Uint8Array };
type ChunkView = AnswerOf<typeof runsRoutes.runs_output>['chunks'][number];

/** A page ends with the piece that reaches this. */
const pageBytes = 1024 * 1024;
const pagePieces = 256;

/** The pieces behind this number, and where to go on. */
export async function outputPage(
  { outputs }: Pick<Tables, 'outputs'>,
  runNumber: number,
  after: number,
): Promise<{ chunks: ChunkView[]; next: number | null }> {
  const rest = await outputs.page(runNumber, after, pagePieces + 1);
  const chunks: ChunkView[] = [];
  const streamBytes = { stdout: 0, stderr: 0 };
  for (const { stream, chunk, bytes, bytesBefore } of rest.slice(0, pagePieces)) {
    if (streamBytes.stdout + streamBytes.stderr >= pageBytes) break;
    chunks.push({ stream, chunk, offset: bytesBefore + streamBytes[stream], ...contentOf(bytes) });
    streamBytes[stream] += bytes.length;
  }
  return { chunks, next: chunks.length < rest.length ? (chunks.at(-1)?.chunk ?? null) : null };
}

/** One stream, or the result, as it is. */
export async function* streamOf(
  run: Run,
  stream: OutputStream | 'result',
  all: readonly Chunk[],
): AsyncGenerator<string | Uint8Array> {
  if (stream === 'result') {
    if (run.result !== null) yield run.result;
    return;
  }
  for (const chunk of all) if (chunk.stream === stream) yield chunk.bytes;
}

function contentOf(bytes: Uint8Array): Pick<ChunkView, 'text' | 'base64'> {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString();
  const isExact = Buffer.from(text).equals(buffer);
  return isExact ? { text } : { base64: buffer.toString('base64') };
}
