import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { signFor } from '@remotes/protocol/crypto/sign';
import { canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { ChannelHost } from '../channel-host.ts';
import type { Said } from '../sealed-host.ts';

type Given = { readonly run: string; readonly attempt: number };
type Stream = 'stdout' | 'stderr';

/** Pieces of output, counted from this number. */
export function sayOutput(
  { run, attempt }: Given,
  texts: readonly string[],
  { stream = 'stdout', from = 0 }: { stream?: Stream; from?: number } = {},
): Said[] {
  return texts.map((text, index) => ({
    message: { type: 'output', run, attempt, stream, chunk: from + index },
    data: Buffer.from(text),
  }));
}

export function sayStarted({ run, attempt }: Given): Said {
  return { type: 'started', run, attempt, started_at_ms: 1_000 };
}

/** How a run ended, signed, with what the whole of its output was. */
export function sayFinished(
  { keys, server }: Pick<ChannelHost, 'keys' | 'server'>,
  { run, attempt }: Given,
  { stdout = '', stderr = '', ...differing }: { stdout?: string; stderr?: string; ending?: string } = {},
): Said {
  const described = (text: string) => ({
    bytes: Buffer.byteLength(text),
    sha256: sha256Hex(text),
    cut_bytes: 0,
  });
  const statement = canonicalJson({
    version: 1,
    server,
    run,
    attempt,
    ending: 'exited',
    exit_code: 0,
    signal: null,
    reason: null,
    message: null,
    started_at_ms: 1_000,
    duration_ms: 20,
    result_sha256: null,
    stdout: described(stdout),
    stderr: described(stderr),
    ...differing,
  });
  const signature = signFor('result', keys.channel, statement);
  return { type: 'finished', run, attempt, statement, signature, result: null };
}
