import type { FilePath, Findings } from './fleet-findings.ts';

/** An entry of the file that speaks of something which may stand already. */
export type Claim<Row> = {
  readonly at: FilePath;
  readonly name: string;
  readonly was: string | undefined;
  /** What stands under this very name. */
  readonly row: Row | undefined;
  /** What stands under the former name. */
  readonly formerRows: readonly Row[];
};

type Manner = {
  /** What an entry is, in words. */
  readonly noun: string;
  /** A server without commands may be given a file that has renamed things elsewhere. */
  readonly passesOverMissing: boolean;
};

/**
 * What each entry stands for: what has its name, else what had its former name; undefined for what is new. A rename
 * must never become a new command that runs everywhere, so a former name that names nothing is a problem.
 */
export function settleClaims<Row>(
  claims: readonly Claim<Row>[],
  { noun, passesOverMissing }: Manner,
  { problems, notes }: Findings,
): (Row | undefined)[] {
  const takenAt = new Map<Row, FilePath>();
  for (const { row, at } of claims) if (row !== undefined) takenAt.set(row, at);
  return claims.map(({ at, name, was, row, formerRows }) => {
    if (was === undefined || was === name) return row;
    const former = formerRows[0];
    const wasAt = [...at, 'was'];
    if (row !== undefined) {
      if (former !== undefined && former !== row) {
        const sentence = `The ${noun} "${name}" is there already, and so is "${was}": "was" is passed over.`;
        notes.push({ at: wasAt, sentence });
      }
      return row;
    }
    if (former === undefined) {
      if (!passesOverMissing) {
        const sentence = `There is no ${noun} "${was}" to rename: correct "was", or leave it out to add a new ${noun}.`;
        problems.push({ at: wasAt, sentence });
      }
      return undefined;
    }
    const earlier = takenAt.get(former);
    if (formerRows.length > 1) {
      problems.push({ at: wasAt, sentence: `More than one ${noun} can be meant by "${was}".` });
    } else if (earlier) {
      const sentence = `"${was}" cannot be renamed to "${name}", as the file names it for itself too`;
      problems.push({ at: wasAt, sentence, earlier });
    }
    takenAt.set(former, at);
    return former;
  });
}

/** The same for what is known by its name alone; tells of each name that stands twice, too. */
export function settleNames<Row extends { readonly name: string }>(
  entries: readonly {
    readonly entry: { readonly name: string; readonly was?: string };
    readonly at: FilePath;
  }[],
  standing: readonly Row[],
  manner: Manner,
  findings: Findings,
): (Row | undefined)[] {
  reportTwice(
    entries.map(({ entry, at }) => ({ at, key: entry.name, label: `The ${manner.noun} "${entry.name}"` })),
    findings,
  );
  const named = (name: string | undefined) => standing.filter((row) => row.name === name);
  return settleClaims(
    entries.map(({ entry: { name, was }, at }) => ({
      at,
      name,
      was,
      row: named(name)[0],
      formerRows: named(was),
    })),
    manner,
    findings,
  );
}

/** Tells of each name that stands twice among its like. */
export function reportTwice(
  entries: readonly { readonly at: FilePath; readonly key: string; readonly label: string }[],
  { problems }: Findings,
): void {
  const first = new Map<string, FilePath>();
  for (const { at, key, label } of entries) {
    const earlier = first.get(key);
    if (earlier) problems.push({ at, sentence: `${label} is there twice`, earlier });
    else first.set(key, at);
  }
}

/** Where an entry stands: as the file says, else after the entry before it. */
export function positionsOf(entries: readonly { readonly order?: number }[]): number[] {
  let last = 0;
  return entries.map(({ order }) => {
    last = order ?? last + 1;
    return last;
  });
}
