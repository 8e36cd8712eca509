/**
 * What is wrong with a value that no database keeps: a text with the character NUL (PostgreSQL has none), or a number that
 * is not exact any more. In one place for whatever is asked, as no shape says so for each of its members.
 */
export function problemOfStoring(value: unknown, name = ''): string | undefined {
  if (typeof value === 'string') return value.includes('\0') ? `${subject(name)} ${holdsNul}` : undefined;
  if (typeof value === 'number') {
    return Math.abs(value) > Number.MAX_SAFE_INTEGER ? `${subject(name)} is too large a number.` : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, part] of Object.entries(value)) {
    if (key.includes('\0')) return `${subject(name)} has a name that ${holdsNul}`;
    const problem = problemOfStoring(part, nameOf(value, name, key));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const holdsNul = 'holds the character NUL, which cannot be stored.';

function subject(name: string): string {
  return name === '' ? 'The request' : `"${name}"`;
}

function nameOf(whole: object, name: string, key: string): string {
  if (Array.isArray(whole)) return `${name}[${key}]`;
  return name === '' ? key : `${name}.${key}`;
}
