/**
 * What is inside a seal: a list of messages, and the bytes that some of them carry.
 *
 *     length of the JSON (4 bytes, big endian) · JSON: {"messages": […]} · the bytes of each message that has some, in order
 *
 * A message that carries bytes says how many as `bytes`.
 */
export type Message = { readonly type: string; readonly bytes?: number };

export type Carried = {
  readonly message: Readonly<Record<string, unknown>> & Message;
  readonly data: Buffer;
};

/** Puts messages and their bytes together. */
export function writePayload(
  messages: readonly (Message | { message: Message; data: Uint8Array })[],
): Buffer {
  const carried = messages.map((one) => ('message' in one ? one : { message: one, data: nothing }));
  const json = Buffer.from(
    JSON.stringify({
      messages: carried.map(({ message, data }) =>
        data.length === 0 ? message : { ...message, bytes: data.length },
      ),
    }),
  );
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...carried.map(({ data }) => data)]);
}

/** Takes a payload apart; undefined when it is not whole and well-formed. Of its messages only that they have a type is certain. */
export function readPayload(bytes: Buffer): Carried[] | undefined {
  if (bytes.length < lengthBytes) return undefined;
  const jsonEnd = lengthBytes + bytes.readUInt32BE(0);
  if (jsonEnd > bytes.length) return undefined;
  const messages = messagesOf(bytes.subarray(lengthBytes, jsonEnd));
  if (messages === undefined) return undefined;
  let at = jsonEnd;
  const carried: Carried[] = [];
  for (const message of messages) {
    if (!isMessage(message)) return undefined;
    const end = at + (message.bytes ?? 0);
    carried.push({ message, data: bytes.subarray(at, end) });
    at = end;
  }
  return at === bytes.length ? carried : undefined;
}

function messagesOf(json: Buffer): unknown[] | undefined {
  try {
    const { messages } = JSON.parse(utf8.decode(json)) ?? {};
    return Array.isArray(messages) && messages.length <= mostMessages ? messages : undefined;
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
