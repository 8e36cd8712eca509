/** A list of ids in a column of text; null, where nothing is narrowed, stays null. */
export function writeIds(ids: readonly number[] | null): string | null {
  return ids === null ? null : JSON.stringify(ids);
}

export function readIds(text: string | null): readonly number[] | null {
  return text === null ? null : (JSON.parse(text) as number[]);
}
