import type { AnswerOf } from '@remotes/protocol/operators/route';
import type { runsRoutes } from '@remotes/protocol/operators/runs';
import type { OutputStream, Run } from '../ports.ts';

type Chunk = { stream: OutputStream; chunk: number; bytes: Uint8Array };
type ChunkView = AnswerOf<typeof runsRoutes.runs_output>['chunks'][number];

/** A page ends with the piece that reaches this. */
const pageBytes = 1024 * 1024;

/** The pieces behind this number, and where to go on. */
export function outputPage(
  all: readonly Chunk[],
  after: number,
): { chunks: ChunkView[]; next: number | null } {
  const rest = all.filter(({ chunk }) => chunk > after).sort((one, other) => one.chunk - other.chunk);
  const chunks: ChunkView[] = [];
  let bytes = 0;
  for (const chunk of rest) {
    if (bytes >= pageBytes) break;
    chunks.push(viewOf(chunk));
    bytes += chunk.bytes.length;
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

function viewOf({ stream, chunk, bytes }: Chunk): ChunkView {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString();
  const isExact = Buffer.from(text).equals(buffer);
  return isExact ? { stream, chunk, text } : { stream, chunk, base64: buffer.toString('base64') };
}
