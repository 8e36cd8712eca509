export type MediaType = { readonly name: string; readonly charset: string | undefined };

/** Reads a Content-Type header as far as a body needs it (RFC 9110 section 8.3). */
export function readMediaType(header: string): MediaType {
  const [name = '', ...parameters] = header.split(';');
  let charset: string | undefined;
  for (const parameter of parameters) {
    const [key = '', value = ''] = parameter.split('=');
    if (key.trim().toLowerCase() === 'charset') charset = value.trim().replaceAll('"', '').toLowerCase();
  }
  return { name: name.trim().toLowerCase(), charset };
}
