import { jsonText } from '@remotes/protocol/screen/json-text';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import { isDeclined } from '../domain/administration-refusal.ts';
import type { HostsChanged, StandingRequest } from '../domain/host-standing.ts';
import type { GroupingRequest } from '../domain/hosts-group-change.ts';
import type { Host } from '../domain/ports.ts';
import { localAuthor } from './local-author.ts';
import { type Given, readCount } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';

/** Approves, disables or enables hosts. */
export async function changeStanding(given: Given, deed: StandingRequest['deed']): Promise<number> {
  const { words, isJson, store } = given;
  const agreedHosts = readCount(given, 'yes') ?? null;
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('changeHostsStanding', {
      hosts: [...words],
      deed,
      agreedHosts,
      ...asked(),
    });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    return show(answer, isJson, standingWords[deed]);
  });
}

/** Puts hosts into a hosts group or takes them out. */
export async function changeGroup(given: Given, deed: GroupingRequest['deed']): Promise<number> {
  const { words, isJson, store } = given;
  const [hostsGroup = '', ...hosts] = words;
  const agreedHosts = readCount(given, 'yes') ?? null;
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('groupHosts', {
      hostsGroup,
      hosts,
      deed,
      agreedHosts,
      ...asked(),
    });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    const [done, former] = deed === 'group' ? ['In', 'In'] : ['Out of', 'Not in'];
    return show(answer, isJson, {
      done: `${done} "${hostsGroup}" now`,
      former: `${former} "${hostsGroup}" before`,
    });
  });
}

export async function renameHost({ words, isJson, store }: Given): Promise<number> {
  const [host = '', name = ''] = words;
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('renameHost', { host, name, ...asked() });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    if (isJson) console.log(jsonText({ host: identityOf(answer.host), former_name: answer.formerName }));
    else
      console.log(
        `Host ${answer.host.id} is called "${name}" now; it was "${visibleLine(answer.formerName)}".`,
      );
    return 0;
  });
}

export async function removeHosts(given: Given): Promise<number> {
  const { words, isJson, store } = given;
  const agreedHosts = readCount(given, 'yes') ?? null;
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('removeHosts', { hosts: [...words], agreedHosts, ...asked() });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    if (isJson) console.log(jsonText({ removed: answer.removed.map(identityOf) }));
    else console.log(`Removed: ${names(answer.removed)}.`);
    return 0;
  });
}

/** Opens v1 again to hosts that have proved themselves. */
export async function allowV1({ words, isJson, store }: Given): Promise<number> {
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('allowV1', { hosts: [...words], ...asked() });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    const { changed, unchanged } = answer;
    if (isJson) {
      console.log(jsonText({ changed: changed.map(identityOf), unchanged: unchanged.map(identityOf) }));
      return 0;
    }
    if (changed.length > 0) {
      console.log(`Channel key forgotten, v1 is open to: ${names(changed)}.`);
      console.log(
        'Anyone who holds the token of such a host can speak in its name, until it enrols a key again.',
      );
    }
    if (unchanged.length > 0) console.log(`No channel key, v1 was open before: ${names(unchanged)}.`);
    return 0;
  });
}

/** By whom, when: at the server itself nothing is out of reach. */
function asked() {
  return { by: localAuthor(), within: null, now: Date.now() };
}

type Words = { done: string; former: string };

const standingWords: Readonly<Record<StandingRequest['deed'], Words>> = {
  approve: { done: 'Approved', former: 'Approved before' },
  disable: { done: 'Disabled', former: 'Disabled before' },
  enable: { done: 'Enabled', former: 'Not disabled before' },
};

function show({ changed, unchanged, willRunOn }: HostsChanged, isJson: boolean, words: Words): number {
  if (isJson) {
    console.log(
      jsonText({
        changed: changed.map(identityOf),
        unchanged: unchanged.map(identityOf),
        will_run_on_hosts: willRunOn,
      }),
    );
    return 0;
  }
  if (changed.length > 0) console.log(`${words.done}: ${changed.map(described).join(', ')}.`);
  if (unchanged.length > 0) console.log(`${words.former}: ${names(unchanged)}.`);
  if (willRunOn > 0) console.log(willRunText(willRunOn));
  return 0;
}

/** What a change sets in motion. */
export function willRunText(hosts: number): string {
  return `Commands will run on ${hosts} ${hosts === 1 ? 'host' : 'hosts'}.`;
}

function identityOf({ id, uuid, name, state }: Host) {
  return { id, uuid, name, state };
}

function names(hosts: readonly Host[]): string {
  return hosts.map((host) => visibleLine(host.name)).join(', ');
}

/** A host that was enabled may still have a way to go. */
function described({ name, state }: Host): string {
  const more =
    state === 'pending' ? ' (waits for approval)' : state === 'registered' ? ' (not verified yet)' : '';
  return visibleLine(name) + more;
}
