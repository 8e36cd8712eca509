import { pythonStr } from '@remotes/protocol/values/python-str';

/**
 * The ways in which programs write a secret value into what they send: as it is, within a string of JSON, within what
 * Python's `repr()` shows, and the latter two where the string is JSON itself. Most values look the same in all of them.
 */
export function spellingsOf(value: string): readonly string[] {
  const withinText = (text: string) => [...jsonSpellings(text), ...reprSpellings(text)];
  return [...new Set([value, ...withinText(value), ...jsonSpellings(value).flatMap(withinText)])];
}

/** As JSON.stringify writes it, and as Python's json.dumps does, which leaves no character as it is that is not ASCII. */
function jsonSpellings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [json, json.replace(notPlainAscii, escapeOf)];
}

const notPlainAscii = /[^ -~]/g;

function escapeOf(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Between quotation marks an apostrophe stands as it is; Python prefers those, unless the string holds some itself. */
function reprSpellings(text: string): string[] {
  const shown = pythonStr([text]);
  const repr = shown.slice(2, -2);
  return shown[1] === '"' ? [repr, repr.replaceAll("'", "\\'")] : [repr];
}
