import type { AnswerOf } from '@remotes/protocol/operators/route';
import { runsRoutes } from '@remotes/protocol/operators/runs';
import type { Api } from '../api/api.ts';

type Page = AnswerOf<typeof runsRoutes.runs_output>;
type Chunk = Page['chunks'][number];

export type PrintedPart = { readonly stream: Chunk['stream']; readonly bytes: Buffer };

export type OutputReader = {
  /** What is there that was not read yet, in the order in which it was stored. */
  more(): AsyncGenerator<PrintedPart>;
  /** Whether the run had ended when that was read. */
  hasEnded(): boolean;
};

/**
 * Reads what a run prints, as it comes. A host that lost its connection may say its output anew, in other pieces: each byte
 * is read once all the same.
 */
export function createOutputReader(api: Api, runId: string): OutputReader {
  const told = { stdout: 0, stderr: 0 };
  let after = -1;
  let isOver = false;

  /** Undefined for a piece that belongs behind one which is not there any more under its number. */
  const freshPart = ({ stream, offset, text, base64 }: Chunk): Buffer | undefined => {
    if (offset > told[stream]) return undefined;
    const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64');
    const fresh = bytes.subarray(told[stream] - offset);
    told[stream] += fresh.length;
    return fresh;
  };

  async function* more(): AsyncGenerator<PrintedPart> {
    let mayStartOver = true;
    for (;;) {
      const { answer } = await api.ask(runsRoutes.runs_output, { params: { id: runId }, query: { after } });
      let hasGap = false;
      for (const chunk of answer.chunks) {
        const bytes = freshPart(chunk);
        if (bytes === undefined) {
          hasGap = true;
          break;
        }
        after = chunk.chunk;
        if (bytes.length > 0) yield { stream: chunk.stream, bytes };
      }
      if (!hasGap && answer.next !== null) continue;
      if (mayStartOver && (hasGap || told.stdout + told.stderr < answer.output_bytes)) {
        // Its pieces were numbered anew, or it was cut: which of them shows from the beginning.
        mayStartOver = false;
        after = -1;
        continue;
      }
      isOver = !hasGap && !['queued', 'delivered', 'running'].includes(answer.state);
      return;
    }
  }

  return Object.freeze({ more, hasEnded: () => isOver });
}
