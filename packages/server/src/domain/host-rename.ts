import { readUuid } from '@remotes/protocol/values/uuid';
import { type AdministrationRefusal, decline, isDeclined } from './administration-refusal.ts';
import { findHosts, readId } from './host-finding.ts';
import type { Asker } from './operators/asker.ts';
import { refusalOfVersion, rowVersion } from './operators/row-version.ts';
import type { Host, Tables } from './ports.ts';

const longestName = 100;

/** Gives a host another name. Names are unique, and none looks like another host's id or uuid. */
export async function decideRename(
  tables: Tables,
  {
    host: reference,
    name,
    wantedVersion = null,
    now,
    by,
    within,
  }: Asker & { host: string; name: string; wantedVersion?: string | null; now: number },
): Promise<{ host: Host; formerName: string } | AdministrationRefusal> {
  const found = await findHosts(tables, [reference], within);
  if (isDeclined(found)) return found;
  const host = found[0]!;
  const changed = refusalOfVersion(`Host "${host.name}"`, hostVersion(host), wantedVersion);
  if (changed) return changed;
  const refusal = refusalOfName(host, name);
  if (refusal !== undefined) return decline('unsuitable_name', refusal);
  const bearer = await tables.hosts.byName(name);
  if (bearer && bearer.id !== host.id) {
    // To whom rights are narrowed, other hosts do not exist; that the name cannot be had, it can still be told.
    const who = within === null ? `Host ${bearer.id} is called "${name}" already` : `"${name}" is taken`;
    return decline('unsuitable_name', `${who}: choose another name.`);
  }
  if (name === host.name) return { host, formerName: name };
  await tables.hosts.change(host.id, { name });
  await tables.audit.note({
    at: now,
    by,
    action: 'host.rename',
    subject: `host ${host.id}`,
    before: { name: host.name },
    after: { name },
  });
  await tables.server.bumpEpoch();
  return { host: { ...host, name }, formerName: host.name };
}

/** Of what an administrator decides about a host. */
export function hostVersion({ name, state }: Pick<Host, 'name' | 'state'>): string {
  return rowVersion([name, state]);
}

function refusalOfName(host: Host, name: string): string | undefined {
  if (name.trim() === '') return 'A host needs a name that is not empty.';
  if (name !== name.trim()) return 'A name can neither begin nor end with a space.';
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(name))
    return 'A name cannot hold control or invisible characters.';
  if ([...name].length > longestName) return `A name has ${longestName} characters at most.`;
  if (/^\d+$/.test(name) && readId(name) !== host.id) {
    return `"${name}" reads like the id of another host: choose a name that is not a number.`;
  }
  const uuid = readUuid(name);
  if (uuid !== undefined && uuid !== host.uuid) return `"${name}" reads like the uuid of another host.`;
  return undefined;
}
