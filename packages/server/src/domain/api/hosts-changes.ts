import type { HostsChanged, hostsRoutes } from '@remotes/protocol/operators/hosts';
import { type AdministrationRefusal, decline, isDeclined } from '../administration-refusal.ts';
import { hostVersion } from '../host-rename.ts';
import type { StandingRequest } from '../host-standing.ts';
import type { ApiAsk, ApiDeeds, ApiReply } from '../operators/api-ask.ts';
import { isProblem, notFound, type Problem } from '../operators/problem.ts';
import { hasRole } from '../operators/rights.ts';
import type { Host } from '../ports.ts';
import { viewHosts } from './host-view.ts';
import { hostsMeant } from './hosts-meant.ts';

type Names = Exclude<keyof typeof hostsRoutes, 'hosts_list' | 'hosts_show'>;

/** Changes to who the hosts are. Rights on one of its groups are enough to change a host. */
export const hostsChangesDeeds: ApiDeeds<Names> = {
  async hosts_rename({ mind, actor, author, params, body, wantedVersion }) {
    const answer = await mind.storage.decide('renameHost', {
      host: String(params.id),
      name: body.name,
      wantedVersion: wantedVersion ?? null,
      now: mind.clock(),
      by: author,
      within: actor.hostsGroupIds,
    });
    if (isDeclined(answer)) {
      return answer.declined === 'unknown_host' ? notFound(`host ${params.id}`) : answer;
    }
    const [view] = await viewHosts(mind, actor, [answer.host]);
    return { answer: view!, version: hostVersion(answer.host) };
  },
  hosts_approve: (ask) => changeStanding(ask, 'approve'),
  hosts_disable: (ask) => changeStanding(ask, 'disable'),
  hosts_enable: (ask) => changeStanding(ask, 'enable'),
  hosts_remove: (ask) =>
    changeHosts(ask, async (request) => {
      if (request.hosts.length > mostRemoved) {
        return decline(
          'unsuitable_value',
          `These are ${request.hosts.length} hosts, and ${mostRemoved} can be removed at once: name fewer.`,
        );
      }
      const answer = await ask.mind.storage.decide('removeHosts', request);
      return isDeclined(answer) ? answer : { changed: answer.removed, unchanged: [], willRunOn: 0 };
    }),
  hosts_allow_v1: (ask) =>
    changeHosts(ask, async (request) => {
      const answer = await ask.mind.storage.decide('allowV1', request);
      return isDeclined(answer) ? answer : { ...answer, willRunOn: 0 };
    }),
};

/** Each takes with it all that is stored about it, while every other change waits. */
const mostRemoved = 1000;

type Ask = ApiAsk<'hosts_approve' | 'hosts_disable' | 'hosts_enable' | 'hosts_remove' | 'hosts_allow_v1'>;

function changeStanding(ask: Ask, deed: StandingRequest['deed']): Promise<Reply> {
  const isAdmin = hasRole(ask.actor, 'admin');
  return changeHosts(ask, (request) =>
    ask.mind.storage.decide('changeHostsStanding', { ...request, deed, isAdmin }),
  );
}

type Reply = ApiReply<HostsChanged> | Problem | AdministrationRefusal;
type Request = Omit<Required<StandingRequest>, 'deed' | 'isAdmin'>;
type Done = { changed: readonly Host[]; unchanged: readonly Host[]; willRunOn: number };

async function changeHosts(
  { mind, actor, author, body }: Ask,
  decide: (request: Request) => Promise<Done | AdministrationRefusal>,
): Promise<Reply> {
  if (body.where !== undefined) await mind.presence.settle();
  const meant = await hostsMeant(mind.storage.tables, actor.hostsGroupIds, body, mind.clock());
  if (isProblem(meant) || isDeclined(meant)) return meant;
  const isDryRun = body.dry_run === true;
  const answer = await decide({
    hosts: meant.references,
    areSelected: meant.areSelected,
    agreedHosts: body.yes ?? null,
    isDryRun,
    now: mind.clock(),
    by: author,
    within: actor.hostsGroupIds,
  });
  return isDeclined(answer) ? answer : { answer: hostsChanged(answer, isDryRun) };
}

/** What a change of several hosts answers. */
export function hostsChanged({ changed, unchanged, willRunOn }: Done, isDryRun: boolean): HostsChanged {
  const standing = ({ id, name, state }: Host) => ({ id, name, state });
  return {
    is_dry_run: isDryRun,
    changed: changed.map(standing),
    unchanged: unchanged.map(standing),
    will_run_on_hosts: willRunOn,
  };
}
