import type { Fields } from './body.ts';

const mostFields = 20;
const longestText = 100;
const longestName = 40;

/** Every field that v1 knows is a key, a token, a signature or sealed; the uuid is what a host's posts are sealed with. */
const secretFields: ReadonlySet<string> = new Set(['public_key', 'encrypted', 'uuid', 'output', 'result']);

/** What was sent, as JSON for the API log: secrets and whatever looks like one masked, long texts cut. Null for nothing. */
export function maskedArguments(target: string | undefined, fields: Fields): string | null {
  const query = new URLSearchParams(target?.split('?')[1]?.slice(0, 2000));
  const given = [...query, ...Object.entries(fields)];
  if (given.length === 0) return null;
  return JSON.stringify(
    Object.fromEntries(
      given.slice(0, mostFields).map(([name, value]) => [shownName(name), shownValue(name, value)]),
    ),
  );
}

function shownName(name: string): string {
  return name.length > longestName || looksSecret(name) ? `(a name of ${name.length} characters)` : name;
}

function shownValue(name: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '(a list)' : '(an object)';
  if (typeof value !== 'string') return value;
  if (secretFields.has(name) || looksSecret(value)) return `(masked: ${value.length} characters)`;
  return value.slice(0, longestText);
}

/** A long run of the characters that tokens, keys and hashes are made of. */
function looksSecret(text: string): boolean {
  return /[\w+/=.-]{16}/.test(text);
}
