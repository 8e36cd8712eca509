/**
 * The text with everything replaced that would steer a terminal: programs on hosts, and hosts themselves, choose what
 * stands in it.
 */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, shown);
}

/** The same for what stands in one line of a table. */
export function visibleLine(text: string): string {
  return visibleText(text).replace(/[\n\t]/g, shown);
}

/** C0 as Unicode's pictures of them, anything else as the replacement character. */
function shown(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
