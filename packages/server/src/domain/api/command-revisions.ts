import type { commandsRoutes } from '@remotes/protocol/operators/commands';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import type { Scope, Tables } from '../ports.ts';
import { type CommandsReader, readCommands } from './command-view.ts';
import { rowsWanted } from './list-page.ts';
import { programDiff } from './program-diff.ts';

type Names = Extract<
  keyof typeof commandsRoutes,
  'commands_revisions' | 'commands_revision' | 'commands_diff'
>;

/** What a command said before: each edit of its program or inputs is a revision. */
export const commandRevisionsDeeds: ApiDeeds<Names> = {
  async commands_revisions({ mind, actor, params, query }) {
    const { tables } = mind.storage;
    const found = await findCommand(tables, actor.hostsGroupIds, params.id);
    if (isProblem(found)) return found;
    const before = readCursor(query.cursor, ['count']);
    if (isProblem(before)) return before;
    const page = { before: before?.[0] ?? newest, limit: rowsWanted(query) };
    const rows = await tables.commands.revisions(params.id, page);
    const { items, next } = pageFrom(rows, query.limit, ({ revision }) => [revision]);
    return { answer: { items: items.map(found.reader.revision), next } };
  },
  async commands_revision({ mind, actor, params }) {
    const { tables } = mind.storage;
    const found = await findCommand(tables, actor.hostsGroupIds, params.id);
    if (isProblem(found)) return found;
    const revision = await revisionOf(tables, params.id, params.revision);
    if (isProblem(revision)) return revision;
    return { answer: { ...found.reader.revision(revision), program: revision.program } };
  },
  async commands_diff({ mind, actor, params, query }) {
    const { tables } = mind.storage;
    const found = await findCommand(tables, actor.hostsGroupIds, params.id);
    if (isProblem(found)) return found;
    const to = query.to ?? found.command.revision;
    const from = query.from ?? Math.max(to - 1, 1);
    const [before, after] = [
      await revisionOf(tables, params.id, from),
      await revisionOf(tables, params.id, to),
    ];
    if (isProblem(before)) return before;
    if (isProblem(after)) return after;
    const { revision: _, created_at: __, by: ___, ...said } = found.reader.revision(before);
    const later = found.reader.revision(after);
    const details = Object.entries(said).flatMap(([name, value]) => {
      const next = later[name as keyof typeof said];
      const [one, other] = [JSON.stringify(value), JSON.stringify(next)];
      return one === other ? [] : [`${name}: ${one} → ${other}`];
    });
    return { answer: { from, to, details, program: programDiff(before, after) } };
  },
};

/** Revisions count up from 1. */
const newest = 2 ** 31 - 1;

async function findCommand(
  tables: Tables,
  scope: Scope,
  id: number,
): Promise<{ reader: CommandsReader; command: CommandsReader['commands'][number] } | Problem> {
  const reader = await readCommands(tables, scope);
  const command = reader.commands.find((each) => each.id === id);
  return command ? { reader, command } : notFound(`command ${id}`);
}

async function revisionOf(tables: Tables, id: number, revision: number) {
  const page = { before: revision + 1, limit: 1 };
  const [found] = revision < newest ? await tables.commands.revisions(id, page) : [];
  return found?.revision === revision ? found : notFound(`revision ${revision} of command ${id}`);
}
