/** What a path names, in words: `/api/v2/commands/{id}/revisions/{revision}` is `revision 3 of command 7`. */
export function wordsOfPath(path: string, texts: Readonly<Record<string, string>>): string {
  return [...path.matchAll(/([\w-]+)\/\{(\w+)\}/g)]
    .map(([, segment = '', name = '']) => `${nounOf(segment)} ${shown(texts[name] ?? '')}`)
    .reverse()
    .join(' of ');
}

function nounOf(segment: string): string {
  return segment.replace(/s$/, '').replaceAll('-', ' ').replace(/^api /, 'API ');
}

const longest = 100;

function shown(text: string): string {
  return /^[0-9a-f-]{1,36}$/.test(text) ? text : `"${text.slice(0, longest)}"`;
}
