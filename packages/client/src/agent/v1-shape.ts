import { type RefusalCode, refusals } from '@remotes/protocol/errors';
import type { MessageRefusal } from '@remotes/protocol/messages/refusal';
import type { ServerAnswer } from '../network/server-answer.ts';

/** What came sealed, as v1 would have answered it: what is printed keeps its shape. */
export function inV1Shape(fields: Record<string, unknown>, serverUrl: string, status = 200): ServerAnswer {
  return Object.freeze({
    status,
    url: new URL(serverUrl),
    json: JSON.stringify(fields),
    fields,
    bytes: undefined,
    isOk: status < 300,
    isRemotes: true,
    retryAfterSeconds: undefined,
    isTokenDropped: false,
    kind: 'sealed',
  });
}

/** A refused list, with the empty `results` that every refusal of a list carries. */
export function refusedList({ code, sentence }: MessageRefusal, serverUrl: string): ServerAnswer {
  const status = Object.hasOwn(refusals, code) ? refusals[code as RefusalCode].status : 403;
  return inV1Shape({ detail: sentence, results: [] }, serverUrl, status);
}
