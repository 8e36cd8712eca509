/**
 * JSON kept as text, so that it is shown as it was received: keys in their order, numbers with their digits. Everything
 * here takes valid JSON only.
 */

/** Adds members at the end of an object. */
export function withMembers(
  object: string,
  members: readonly (readonly [key: string, json: string])[],
): string {
  const inside = object.trim().slice(1, -1).trim();
  const added = members.map(([key, json]) => `${JSON.stringify(key)}:${json}`);
  return `{${[...(inside === '' ? [] : [inside]), ...added].join(',')}}`;
}

/** Lays the text out with two spaces a level, as `json.dumps(…, indent=2)` does. */
export function indentJson(json: string): string {
  const lines: string[] = [];
  let line = '';
  let depth = 0;
  const newLine = () => {
    lines.push(line);
    line = '  '.repeat(depth);
  };
  const tokens = json.match(token) ?? [];
  for (const [index, text] of tokens.entries()) {
    if (text === '{' || text === '[') {
      line += text;
      if (closes(tokens[index + 1])) continue;
      depth += 1;
      newLine();
    } else if (closes(text)) {
      const isEmpty = opens(tokens[index - 1]);
      if (!isEmpty) {
        depth -= 1;
        newLine();
      }
      line += text;
    } else if (text === ',') {
      line += text;
      newLine();
    } else line += text === ':' ? ': ' : shown(text);
  }
  return [...lines, line].join('\n');
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function opens(text: string | undefined): boolean {
  return text === '{' || text === '[';
}

function closes(text: string | undefined): boolean {
  return text === '}' || text === ']';
}

/** Control characters that JSON lets stand and terminals obey are written as escapes. */
function shown(text: string): string {
  return text.replace(/[\x7f-\x9f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
