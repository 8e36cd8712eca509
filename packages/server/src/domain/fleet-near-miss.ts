/** What to add to "there is no such name": the known name that was probably meant, as a question; else nothing. */
export function nearMiss(name: string, known: Iterable<string>): string {
  let nearest: string | undefined;
  let least = mostEdits(name) + 1;
  for (const candidate of known) {
    const edits = plain(candidate) === plain(name) ? 0 : distance(plain(candidate), plain(name), least);
    if (edits < least) {
      least = edits;
      nearest = candidate;
    }
  }
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

function mostEdits(name: string): number {
  return name.length < 4 ? 1 : 2;
}

/** Case and the signs between words are easily mistaken. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]+/g, '');
}

/** How many characters must be put in, left out, changed or swapped with the next to make one of the other. */
function distance(one: string, other: string, enough: number): number {
  if (Math.abs(one.length - other.length) >= enough) return enough;
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + same);
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (row > 1 && column > 1 && isSwapped) edits = Math.min(edits, beforeLast[column - 2]! + 1);
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[other.length]!;
}
