import type { Host, HostChange, Tables } from './ports.ts';

/** Changes many hosts in few statements: those at once that change alike. */
export async function changeHosts(
  tables: Tables,
  changes: readonly { readonly host: Host; readonly change: HostChange }[],
): Promise<void> {
  const alike = Map.groupBy(changes, ({ change }) => JSON.stringify(change));
  for (const group of alike.values()) {
    await tables.hosts.changeAll(
      group.map(({ host }) => host.id),
      group[0]!.change,
    );
  }
}
