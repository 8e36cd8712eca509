/** JSON for programs, that can do a terminal no harm either. */
export function jsonText(value: unknown): string {
  return harmless(JSON.stringify(value, null, 2));
}

/** The same in one line. */
export function jsonLine(value: unknown): string {
  return harmless(JSON.stringify(value));
}

/** JSON escapes C0 by itself; DEL and C1 it leaves standing. */
function harmless(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
