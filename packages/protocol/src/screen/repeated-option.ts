type Options = Readonly<Record<string, { readonly type?: string; readonly multiple?: boolean | undefined }>>;
type Token = { readonly kind: string; readonly name?: string };

/**
 * The first option that was given twice though it has one value, by the options and tokens of node:util `parseArgs`, which
 * drops the earlier value without a word: something else would be done than what was typed.
 */
export function repeatedOption(options: Options, tokens: readonly Token[]): string | undefined {
  const given = new Set<string>();
  for (const { kind, name } of tokens) {
    if (kind !== 'option' || name === undefined) continue;
    const { type, multiple } = options[name] ?? {};
    if (type !== 'string' || multiple) continue;
    if (given.has(name)) return name;
    given.add(name);
  }
  return undefined;
}
