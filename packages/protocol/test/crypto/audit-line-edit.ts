import fc from 'fast-check';

type Member = readonly [name: string, value: Tree];
type Tree = { readonly members: readonly Member[] } | { readonly items: readonly Tree[] } | string;

export type LineEdit = {
  readonly deed: 'add' | 'rename' | 'repeat' | 'reorder';
  /** Which object or array of the line, and which place in it; taken modulo their number. */
  readonly thing: number;
  readonly place: number;
  readonly name: string;
  readonly value: string;
  /** Spelt anew in canonical order, so that its spelling does not give the edit away. */
  readonly isCanonical: boolean;
};

const ownNames = ['hash', 'entry', 'checkpoint', 'successions', 'recovery_key', 'by', 'size', 'signature'];

/** What somebody may do to the members of a line, and to the items of its lists, besides changing bytes. */
export const lineEdits: fc.Arbitrary<LineEdit> = fc.record({
  deed: fc.constantFrom('add', 'rename', 'repeat', 'reorder'),
  thing: fc.nat(),
  place: fc.nat(),
  name: fc.oneof(fc.constantFrom(...ownNames, 'zz', 'note', '__proto__', ''), fc.string()),
  value: fc.json(),
  isCanonical: fc.boolean(),
});

/** The line as it is after this edit. */
export function editLine(line: string, edit: LineEdit): string {
  const tree = treeOf(JSON.parse(line));
  const things = thingsOf(tree);
  return spell(replace(tree, things[edit.thing % things.length] ?? tree, edit), edit.isCanonical);
}

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return { members: Object.entries(value).map(([name, member]) => [name, treeOf(member)]) };
}

/** All objects and lists, the outermost first. */
function thingsOf(tree: Tree): Exclude<Tree, string>[] {
  if (typeof tree === 'string') return [];
  const within = 'items' in tree ? tree.items : tree.members.map(([, value]) => value);
  return [tree, ...within.flatMap(thingsOf)];
}

function replace(tree: Tree, thing: Tree, edit: LineEdit): Tree {
  if (typeof tree === 'string') return tree;
  if ('items' in tree) {
    if (tree !== thing) return { items: tree.items.map((item) => replace(item, thing, edit)) };
    return { items: edited(tree.items, edit, treeOf(JSON.parse(edit.value)), (item) => item) };
  }
  if (tree !== thing)
    return { members: tree.members.map(([name, value]) => [name, replace(value, thing, edit)]) };
  const added: Member = [edit.name, treeOf(JSON.parse(edit.value))];
  return { members: edited(tree.members, edit, added, ([, value]) => [edit.name, value]) };
}

function edited<Part>(
  parts: readonly Part[],
  { deed, place }: LineEdit,
  added: Part,
  renamed: (part: Part) => Part,
): Part[] {
  const at = parts.length === 0 ? 0 : place % parts.length;
  const part = parts[at];
  if (deed === 'add' || part === undefined) return parts.toSpliced(at, 0, added);
  if (deed === 'rename') return parts.with(at, renamed(part));
  if (deed === 'repeat') return parts.toSpliced(place % (parts.length + 1), 0, part);
  return [...parts.toSpliced(at, 1), part];
}

function spell(tree: Tree, isCanonical: boolean): string {
  if (typeof tree === 'string') return tree;
  if ('items' in tree) return `[${tree.items.map((item) => spell(item, isCanonical)).join()}]`;
  const members = isCanonical
    ? tree.members.toSorted(([one], [other]) => (one < other ? -1 : 1))
    : tree.members;
  return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${spell(value, isCanonical)}`).join()}}`;
}
