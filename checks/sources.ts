import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseSync } from 'oxc-parser';

export const root = new URL('..', import.meta.url).pathname;

/** One import as it stands in a source file. */
export type Import = { readonly from: string; readonly specifier: string; readonly isTypeOnly: boolean };

/** Every source file of the packages, as a path from the repository's root. */
export function sourceFiles(): string[] {
  return globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).sort();
}

/** What a file imports, statically, dynamically or by re-exporting; read with a parser. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const { module, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const found: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    const isTypeOnly = entries.length > 0 && entries.every((entry) => entry.isType);
    found.push({ from: file, specifier: moduleRequest.value, isTypeOnly });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest) found.push({ from: file, specifier: moduleRequest.value, isTypeOnly: isType });
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const specifier = text.slice(moduleRequest.start, moduleRequest.end).replace(/^['"]|['"]$/g, '');
    found.push({ from: file, specifier, isTypeOnly: false });
  }
  return found;
}

/** Where a relative import leads, as a path from the repository's root; undefined for packages. */
export function targetOf({ from, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative(root, new URL(specifier, `file://${root}${from}`).pathname);
}

/** The npm package that a bare specifier belongs to. */
export function packageOf(specifier: string): string {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
