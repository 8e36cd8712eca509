/** A request that is still to be spoilt. */
export type Draft = {
  method: string;
  path: string;
  /** The whole `Authorization` header; undefined: none. */
  authorization: string | undefined;
  headers: [name: string, value: string][];
  contentType: string | undefined;
  /** Sent as JSON, unless there is a body. */
  fields: Record<string, unknown> | undefined;
  body: Buffer | undefined;
};

export function draftOf(method: string, path: string, token: string | undefined, fields?: object): Draft {
  return {
    method,
    path,
    authorization: token === undefined ? undefined : `Token ${token}`,
    headers: [['Host', 'localhost']],
    contentType: fields && 'application/json',
    fields: fields && { ...fields },
    body: undefined,
  };
}

/** The bytes to send, with the right length: what is wrong with it otherwise is what the draft says. */
export function bytesOf(draft: Draft): Buffer {
  const { method, path, authorization, headers, contentType } = draft;
  const body = bodyOf(draft);
  const lines = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (authorization !== undefined) lines.push(`Authorization: ${authorization}`);
  if (contentType !== undefined) lines.push(`Content-Type: ${contentType}`);
  if (body !== undefined) lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body ?? Buffer.alloc(0)]);
}

export function bodyOf({ fields, body }: Draft): Buffer | undefined {
  if (body !== undefined) return body;
  return fields && Buffer.from(JSON.stringify(fields));
}
