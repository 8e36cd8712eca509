// docs/performance.md has two parts, each written by the program that measured it.
import { readFileSync, writeFileSync } from 'node:fs';

const page = new URL('../docs/performance.md', import.meta.url);
const liveHeading = '## The live channel\n';

/** Replaces all but the section of the live channel. */
export function writePage(text) {
  writeFileSync(page, joined(text, parts().live));
}

export function writeLiveSection(section) {
  writeFileSync(page, joined(parts().others, section));
}

function parts() {
  const text = readFileSync(page, 'utf8');
  const at = text.indexOf(liveHeading);
  return at === -1 ? { others: text, live: '' } : { others: text.slice(0, at), live: text.slice(at) };
}

function joined(others, live) {
  return live === '' ? others : `${others.trimEnd()}\n\n${live}`;
}
