/**
 * What is inside a seal: a list of messages, and the bytes that some of them carry.
 *
 *     length of the JSON (4 bytes, big endian) · JSON: {"messages": […]} · the bytes of each message that has some, in order
 *
 * A message that carries bytes says how many as `bytes`. On the live channel the JSON of a frame that answers one of the other
 * end has `answers` beside `messages`: the number of that frame.
 */
export type Message = { readonly type: string; readonly bytes?: number };

export type Carried = {
  readonly message: Readonly<Record<string, unknown>> & Message;
  readonly data: Buffer;
};

/** Puts messages and their bytes together; `answers` is for frames of the live channel that answer one. */
export function writePayload(
  messages: readonly (Message | { message: Message; data: Uint8Array })[],
  answers?: number,
): Buffer {
  const carried = messages.map((one) => ('message' in one ? one : { message: one, data: nothing }));
  const json = Buffer.from(
    JSON.stringify({
      messages: carried.map(({ message, data }) =>
        data.length === 0 ? message : { ...message, bytes: data.length },
      ),
      ...(answers !== undefined && { answers }),
    }),
  );
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...carried.map(({ data }) => data)]);
}

/** Takes a payload apart; undefined when it is not whole and well-formed. Of its messages only that they have a type is certain. */
export function readPayload(bytes: Buffer): Carried[] | undefined {
  return readChannelPayload(bytes)?.carried;
}

/** The same of the live channel; `answers` is the number of the frame that it answers, undefined where it answers none. */
export function readChannelPayload(
  bytes: Buffer,
): { readonly answers: number | undefined; readonly carried: Carried[] } | undefined {
  if (bytes.length < lengthBytes) return undefined;
  const jsonEnd = lengthBytes + bytes.readUInt32BE(0);
  if (jsonEnd > bytes.length) return undefined;
  const json = jsonOf(bytes.subarray(lengthBytes, jsonEnd));
  if (json === undefined) return undefined;
  let at = jsonEnd;
  const carried: Carried[] = [];
  const { messages, answers } = json;
  for (const message of messages) {
    if (!isMessage(message)) return undefined;
    const end = at + (message.bytes ?? 0);
    carried.push({ message, data: bytes.subarray(at, end) });
    at = end;
  }
  return at === bytes.length ? { answers, carried } : undefined;
}

function jsonOf(json: Buffer): { messages: unknown[]; answers: number | undefined } | undefined {
  try {
    const { messages, answers } = JSON.parse(utf8.decode(json)) ?? {};
    if (!Array.isArray(messages) || messages.length > mostMessages) return undefined;
    return { messages, answers: Number.isSafeInteger(answers) && answers >= 0 ? answers : undefined };
  } catch {
    return undefined;
  }
}

function isMessage(message: unknown): message is Carried['message'] {
  if (typeof message !== 'object' || message === null) return false;
  const { type, bytes } = message as { type?: unknown; bytes?: unknown };
  return (
    typeof type === 'string' && (bytes === undefined || (Number.isSafeInteger(bytes) && Number(bytes) >= 0))
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const nothing = Buffer.alloc(0);
const lengthBytes = 4;
const mostMessages = 1000;
