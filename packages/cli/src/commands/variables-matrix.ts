import type { AnswerOf } from '@remotes/protocol/operators/route';
import { variablesRoutes } from '@remotes/protocol/operators/variables';
import { findHostsGroup } from '../api/find.ts';
import type { Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven, readText } from '../given.ts';
import { showList } from '../screen/listing.ts';

type Page = AnswerOf<typeof variablesRoutes.variables_matrix>;
type Item = Page['items'][number];

/** Hosts against variables; with `--diff` only hosts that differ from most, and where. */
export async function showMatrix(given: Given): Promise<number> {
  const api = connect(given);
  const isDiff = isGiven(given, 'diff');
  const [q, group] = [readText(given, 'search'), readText(given, 'group')];
  const query = {
    limit: 500,
    ...(q !== undefined && { q }),
    ...(group !== undefined && { hosts_group: (await findHostsGroup(api, group)).id }),
    ...(isDiff && { diff: true }),
  };
  const items: Item[] = [];
  let page: Page | undefined;
  do {
    const cursor: string | undefined = page?.next ?? undefined;
    const asked = { ...query, ...(cursor !== undefined && { cursor }) };
    page = (await api.ask(variablesRoutes.variables_matrix, { query: asked })).answer;
    items.push(...page.items.filter(({ values }) => !isDiff || values.some(({ differs }) => differs)));
  } while (page.next !== null);
  const columns = [
    { title: 'Host', of: ({ host }: Item) => host.name },
    ...page.variables.map(({ id, category, name }) => ({
      title: `${category}/${name}`,
      isNamed: true as const,
      of: (item: Item) => cell(item, id),
    })),
  ];
  await showList(given.format, columns, items);
  if (page.has_more_variables) console.error('There are more variables than these: choose by -q TEXT.');
  return exitStatus.done;
}

function cell({ values }: Item, variableId: number): string {
  const found = values.find(({ variable_id: id }) => id === variableId);
  return found === undefined ? '' : `${found.differs ? '*' : ''}${found.value}`;
}
