import type { hostsRoutes } from '@remotes/protocol/operators/hosts';
import { isDeclined } from '../administration-refusal.ts';
import { currentDefinitions } from '../definitions.ts';
import { lastDuplicate } from '../duplicate-host.ts';
import { hostVersion } from '../host-rename.ts';
import { readNotOffered } from '../hosts-reading.ts';
import type { Actor } from '../operators/actor.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { pageFrom, readCursor } from '../operators/cursor.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import { reaches } from '../operators/rights.ts';
import type { Host, Tables } from '../ports.ts';
import { viewHosts } from './host-view.ts';
import { selectedHosts } from './hosts-selected.ts';
import { rowsWanted } from './list-page.ts';
import { maybeMomentText } from './moment-text.ts';

type Names = Extract<keyof typeof hostsRoutes, 'hosts_list' | 'hosts_show'>;

/** Hosts, as whoever has rights on one of their groups sees them. */
export const hostsPagesDeeds: ApiDeeds<Names> = {
  async hosts_list({ mind, actor, query }) {
    const { tables } = mind.storage;
    const now = mind.clock();
    const after = readCursor(query.cursor, ['text']);
    if (isProblem(after)) return after;
    const { where } = query;
    if (where === undefined && query.presence !== undefined) await mind.presence.settle();
    const rows =
      where === undefined
        ? await tables.hosts.page({
            within: actor.hostsGroupIds,
            limit: rowsWanted(query),
            now,
            ...(query.q !== undefined && { namePart: query.q }),
            ...(query.state !== undefined && { state: query.state }),
            ...(query.presence !== undefined && { presence: query.presence }),
            ...(query.hosts_group !== undefined && { hostsGroupId: query.hosts_group }),
            ...(after !== undefined && { afterName: after[0] }),
          })
        : await selectedHosts(mind, actor, { ...query, where }, after?.[0]);
    if (isProblem(rows) || isDeclined(rows)) return rows;
    const { items, next } = pageFrom(rows, query.limit, ({ name }) => [name]);
    return { answer: { items: await viewHosts(mind, actor, items), next } };
  },

  async hosts_show({ mind, actor, params }) {
    const { tables } = mind.storage;
    const host = await hostInReach(tables, actor, params.id);
    if (!host) return notFound(`host ${params.id}`);
    const definitions = await currentDefinitions(tables);
    const named = (ids: readonly number[]) =>
      ids.flatMap((id) => {
        const command = definitions.commands.get(id);
        if (!command || !reaches(actor, [command.hostsGroupId])) return [];
        return [{ id, name: command.name }];
      });
    const [view] = await viewHosts(mind, actor, [host]);
    const notOffered = await readNotOffered(tables, definitions, host, mind.clock());
    const shownNotOffered = notOffered.map(({ reason, commands }) => ({
      reason,
      commands: named(commands.map(({ id }) => id)),
    }));
    const answer = {
      ...view!,
      key_fingerprint: host.keyFingerprint,
      channel_key: host.channelKey,
      channel_key_enrolled_at: maybeMomentText(host.channelKeyEnrolledAt),
      registration_token_id: host.registrationTokenId,
      duplicate: await lastDuplicate(tables, host, mind.clock()),
      pending: named(await tables.pending.ofHost(host.id)),
      not_offered: shownNotOffered.filter(({ commands }) => commands.length > 0),
    };
    return { answer, version: hostVersion(host) };
  },
};

/** A host, if it exists for this actor. */
export async function hostInReach(tables: Tables, actor: Actor, id: number): Promise<Host | undefined> {
  const host = await tables.hosts.byId(id);
  if (!host || actor.hostsGroupIds === null) return host;
  const groups = await tables.hostsGroups.ofHost(id);
  const isSeen = reaches(
    actor,
    groups.map((group) => group.id),
  );
  return isSeen ? host : undefined;
}
