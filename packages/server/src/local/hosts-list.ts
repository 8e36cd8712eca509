import { jsonText } from '@remotes/protocol/screen/json-text';
import { agoText, isoTime } from '@remotes/protocol/screen/time-text';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import type { HostReading, NotOffered } from '../domain/hosts-reading.ts';
import { clientVersionOf, readHosts } from '../domain/hosts-reading.ts';
import type { Host } from '../domain/ports.ts';
import type { Given } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';
import { table } from './table.ts';

/** Lists every host. */
export async function listHosts({ isJson, store }: Given): Promise<number> {
  const now = Date.now();
  return withExistingStorage(store, async (storage) => {
    const readings = await readHosts(storage.tables, now);
    const { isPaused } = await storage.tables.server.read();
    if (isPaused) console.error('Nothing is offered to any host until "remotes-server resume".');
    if (isJson) console.log(jsonText(readings.map(jsonOf)));
    else if (readings.length > 0) for (const line of lines(readings, now)) console.log(line);
    else {
      console.error(
        'There are no hosts yet: "remotes-server registration_token" prints a token that lets one in.',
      );
    }
    return 0;
  });
}

function lines(readings: readonly HostReading[], now: number): string[] {
  const [header = '', ...rows] = table(
    ['ID', 'NAME', 'STATE', 'LAST SEEN', 'ADDRESS', 'VIA', 'CLIENT', 'GROUPS'],
    readings.map(({ host, hostsGroups, isAway }) => [
      String(host.id),
      host.name,
      host.state,
      host.lastSeenAt === null ? 'never' : `${agoText(host.lastSeenAt, now)}${isAway ? ', away' : ''}`,
      host.lastAddress ?? '',
      protocolOf(host),
      [host.clientAgent, clientVersionOf(host)].filter(Boolean).join(' '),
      hostsGroups.join(', '),
    ]),
  );
  return [header, ...rows.flatMap((row, index) => [row, ...remarks(readings[index]!)])];
}

function remarks({ host, notOffered }: HostReading): string[] {
  const waiting =
    host.state === 'pending' ? [`waits for approval: remotes-server hosts approve ${host.id}`] : [];
  return [...waiting, ...notOffered.map(notOfferedText)].map((remark) => `    ${visibleLine(remark)}`);
}

function notOfferedText({ commands, reason }: NotOffered): string {
  return `${commands.length} ${commands.length === 1 ? 'command' : 'commands'} not offered: ${reason}`;
}

/** By which it is served: once it has proved a channel key, by no other. */
function protocolOf({ channelKey }: Host): 'v1' | 'sealed' {
  return channelKey === null ? 'v1' : 'sealed';
}

function jsonOf({ host, hostsGroups, isAway, notOffered }: HostReading) {
  return {
    id: host.id,
    uuid: host.uuid,
    name: host.name,
    state: host.state,
    is_away: isAway,
    needs_approval: host.needsApproval,
    hosts_groups: hostsGroups,
    registered_at: isoTime(host.registeredAt),
    verified_at: isoTime(host.verifiedAt),
    last_seen_at: isoTime(host.lastSeenAt),
    usual_interval_seconds: host.usualIntervalMs === null ? null : host.usualIntervalMs / 1000,
    last_address: host.lastAddress,
    protocol: protocolOf(host),
    channel_key_enrolled_at: isoTime(host.channelKeyEnrolledAt),
    facts: host.facts === null ? null : (JSON.parse(host.facts) as unknown),
    client_agent: host.clientAgent,
    client_version: clientVersionOf(host),
    not_offered: notOffered.map(({ commands, reason }) => ({
      commands: commands.map(({ id, name }) => ({ number: id, name })),
      reason,
    })),
  };
}
