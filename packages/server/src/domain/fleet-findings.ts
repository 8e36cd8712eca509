/** Where something stands in the file: keys and indexes, from its top. */
export type FilePath = readonly (string | number)[];

/** One sentence about one place; `earlier` is another place that it is about. */
export type Finding = {
  readonly at: FilePath;
  readonly sentence: string;
  readonly earlier?: FilePath;
};

/** All that is to be said of a file: problems keep it from being applied, notes do not. */
export type Findings = { readonly problems: Finding[]; readonly notes: Finding[] };
