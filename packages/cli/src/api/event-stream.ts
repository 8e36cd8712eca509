/** One event as a server sends it (HTML standard, server-sent events). */
export type ServerEvent = { readonly id: string | undefined; readonly event: string; readonly data: string };

/** Reads server-sent events from the bytes of an answer. Comments, which keep the connection alive, are passed over. */
export async function* readEvents(parts: AsyncIterable<Buffer>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let fields: [name: string, value: string][] = [];
  for await (const part of parts) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.map((text) => text.replace(/\r$/, ''))) {
      if (line !== '') {
        fields.push(fieldOf(line));
        continue;
      }
      const event = eventOf(fields);
      fields = [];
      if (event) yield event;
    }
  }
}

function fieldOf(line: string): [name: string, value: string] {
  const at = line.indexOf(':');
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1).replace(/^ /, '')];
}

function eventOf(fields: readonly [name: string, value: string][]): ServerEvent | undefined {
  const of = (wanted: string) => fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const data = of('data');
  if (data.length === 0) return undefined;
  return { id: of('id').at(-1), event: of('event').at(-1) ?? 'message', data: data.join('\n') };
}
