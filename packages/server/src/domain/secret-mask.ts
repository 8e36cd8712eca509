const mask = '********';

/** The text with every exact occurrence of a secret masked. A courtesy to careless programs, not a boundary. */
export function maskText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, mask), text);
}

/** The same for bytes, which are left as they are where there is nothing to mask. */
export function maskBytes(bytes: Buffer, secrets: readonly string[]): Buffer {
  return secrets.reduce((masked, secret) => replaceAll(masked, Buffer.from(secret)), bytes);
}

function replaceAll(bytes: Buffer, secret: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, from)) {
    parts.push(bytes.subarray(from, at), Buffer.from(mask));
    from = at + secret.length;
  }
  if (parts.length === 0) return bytes;
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
