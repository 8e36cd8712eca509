import { createOutputStream, type OutputSoFar } from './output-stream.ts';
import type { OutputStream } from './ports.ts';

/** What a run has printed so far, as this server has heard it. */
export type RunOutput = Readonly<Record<OutputStream, OutputSoFar>> & {
  readonly hostId: number;
  /** How much of it was stored: pieces of both streams together, and their bytes. */
  stored: Stored;
};

/** What was stored of an output before its end, as the run in the database must have it too. */
export type Stored = { readonly chunks: number; readonly bytes: number };

type Named = { readonly run: string; readonly attempt: number };

/**
 * Outputs that are on their way, of the live channel. A bounded memory: of what it forgets the host says everything again, from the
 * beginning.
 */
export type OutputStreams = {
  find(named: Named, hostId: number): RunOutput | undefined;
  begin(named: Named, hostId: number): RunOutput;
  /** One that nobody else hears of: for output that comes whole, with its end. */
  whole(hostId: number): RunOutput;
  forget(named: Named): void;
  /** Forgets what was used longest ago, where all together hold too much. */
  bound(): void;
};

export function createOutputStreams(
  limitBytes: number,
  { runs = 50_000, bytes = 256 * 1024 * 1024 } = {},
): OutputStreams {
  const known = new Map<string, RunOutput>();
  const whole = (hostId: number): RunOutput => ({
    hostId,
    stdout: createOutputStream(limitBytes),
    stderr: createOutputStream(limitBytes),
    stored: { chunks: 0, bytes: 0 },
  });
  const held = ({ stdout, stderr }: RunOutput) => stdout.heldBytes() + stderr.heldBytes();
  return Object.freeze({
    find(named: Named, hostId: number) {
      const key = keyOf(named);
      const output = known.get(key);
      if (output?.hostId !== hostId) return undefined;
      known.delete(key);
      known.set(key, output);
      return output;
    },
    begin(named: Named, hostId: number) {
      const output = whole(hostId);
      known.set(keyOf(named), output);
      return output;
    },
    whole,
    forget(named: Named) {
      known.delete(keyOf(named));
    },
    bound() {
      if (known.size <= runs && known.size * 2 * limitBytes <= bytes) return;
      let heldBytes = 0;
      for (const output of known.values()) heldBytes += held(output);
      for (const [key, output] of known) {
        if (known.size <= runs && heldBytes <= bytes) return;
        heldBytes -= held(output);
        known.delete(key);
      }
    },
  });
}

function keyOf({ run, attempt }: Named): string {
  return `${run} ${attempt}`;
}
