/** The words after `--` as a program for sh: one is passed as it is, several are quoted so that they arrive as typed. */
export function shellProgram(words: readonly string[]): string {
  const [only = ''] = words;
  return words.length === 1 ? only : words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
