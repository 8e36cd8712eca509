/** What canonical JSON can hold here. Numbers are finite; texts are well-formed Unicode. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue };

/**
 * The one spelling of a value as JSON (RFC 8785, JCS): no white space, members ordered by their names' UTF-16 code units,
 * numbers and texts as ECMAScript spells them. What is signed or hashed is this text in UTF-8. Throws a RangeError for
 * what the RFC refuses: NaN, infinities and lone surrogates.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value as Record<string, CanonicalValue>);
    // By code units, which is what the RFC asks for and what `<` does; a locale's order would differ.
    members.sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${members.map(([name, member]) => `${text(name)}:${canonicalJson(member)}`).join()}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('no number of JSON');
  return typeof value === 'string' ? text(value) : JSON.stringify(value);
}

function text(value: string): string {
  if (!value.isWellFormed()) throw new RangeError('a text with half a character');
  return JSON.stringify(value);
}
