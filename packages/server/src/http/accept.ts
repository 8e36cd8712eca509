/** Whether a caller that sent this Accept header takes JSON (RFC 9110 section 12.5.1). */
export function acceptsJson(header: string | undefined): boolean {
  if (header === undefined || header === '*/*' || header.trim() === '') return true;
  let quality = 0;
  let best = 0;
  for (const range of header.split(',')) {
    const [name = '', ...parameters] = range.split(';');
    const precision = precisions.get(name.trim().toLowerCase()) ?? 0;
    if (precision < best || precision === 0) continue;
    // The most precise range decides: "*/*, application/json;q=0" does not want JSON.
    quality = precision > best ? qualityOf(parameters) : Math.max(quality, qualityOf(parameters));
    best = precision;
  }
  return quality > 0;
}

const precisions = new Map([
  ['*/*', 1],
  ['application/*', 2],
  ['application/json', 3],
]);

function qualityOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=');
    if (name.trim().toLowerCase() === 'q') return Number(value) || 0;
  }
  return 1;
}
