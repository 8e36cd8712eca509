const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const bareShape = /^[0-9a-f]{32}$/;

/**
 * Reads a UUID (RFC 9562) in any spelling that v1 accepts: upper or lower case, with or without hyphens.
 * Returns its 36 lower-case characters, or undefined when the text is not a UUID.
 */
export function readUuid(text: string): string | undefined {
  const lower = text.toLowerCase();
  if (shape.test(lower)) return lower;
  if (!bareShape.test(lower)) return undefined;
  return `${lower.slice(0, 8)}-${lower.slice(8, 12)}-${lower.slice(12, 16)}-${lower.slice(16, 20)}-${lower.slice(20)}`;
}
