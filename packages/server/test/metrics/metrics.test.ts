import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createLiveHosts } from '../../src/domain/live-hosts.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { startMetricsServer } from '../../src/metrics/metrics-server.ts';
import { openChannelDoor } from '../channel/channel-door.ts';
import { openChannelHost } from '../channel-host.ts';
import { eachDatabase } from '../databases.ts';
import { start } from '../domain/small-fleet.ts';
import { call } from '../http/call.ts';
import { addVerifiedHost, sampleRun } from '../storage/sample-rows.ts';

describe('the metrics', () => {
  eachDatabase((open) => {
    const openMeasured = async () => {
      const database = await open();
      const liveHosts = createLiveHosts();
      const { tables } = database.storage;
      const metrics = createMetrics({ tables, liveHosts, clock: () => start });
      const door = await openChannelDoor(database, {
        measureRequest: metrics.measureRequest,
        measureChannel: metrics.measureChannel,
        mind: ({ storage }) => ({ storage: metrics.measureStorage(storage), liveHosts }),
      });
      const log = pino({ level: 'silent' });
      const server = await startMetricsServer(metrics, { host: '127.0.0.1', port: 0 }, log);
      onTestFinished(() => server.stop());
      const values = async (name: string) => {
        const { text } = await call(server.url);
        return text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
      };
      return { ...door, metricsUrl: server.url, values };
    };

    test('count hosts by state, those that are away apart', async () => {
      const { database, values } = await openMeasured();
      await database.write(async (tables) => {
        await addVerifiedHost(tables);
        const { id } = await addVerifiedHost(tables);
        const usualIntervalMs = 1_000;
        const who = { address: null, clientAgent: null, clientVersion: null };
        await tables.hosts.recordVisits([{ hostId: id, at: start - 60_000, usualIntervalMs, ...who }]);
      });
      const hosts = await values('remotes_hosts');
      expect(hosts).toContain('remotes_hosts{state="verified"} 2');
      expect(hosts).toContain('remotes_hosts{state="away"} 1');
    });

    test('count hosts that are connected, and no longer when they have left', async () => {
      const { url, enrol, values } = await openMeasured();
      expect(await values('remotes_hosts_connected')).toEqual(['remotes_hosts_connected 0']);
      const host = await openChannelHost(url, await enrol());
      await host.enter();
      expect(await values('remotes_hosts_connected')).toEqual(['remotes_hosts_connected 1']);
      host.webSocket.terminate();
      await expect.poll(() => values('remotes_hosts_connected')).toEqual(['remotes_hosts_connected 0']);
    });

    test('count frames of the live channel, and its connections by how they ended', async () => {
      const { url, enrol, values } = await openMeasured();
      const host = await openChannelHost(url, await enrol());
      await host.enter();
      // The offer; proof and hello; what it ran in the past. Each is answered.
      expect(await values('remotes_channel_frames_total')).toEqual([
        'remotes_channel_frames_total{direction="in"} 3',
        'remotes_channel_frames_total{direction="out"} 3',
      ]);
      host.webSocket.send('no frame');
      await host.closed;
      const stranger = await openChannelHost(url, host.keys);
      stranger.webSocket.close(4999);
      await expect
        .poll(() => values('remotes_channel_closed_total'))
        .toEqual([
          'remotes_channel_closed_total{ending="malformed"} 1',
          'remotes_channel_closed_total{ending="other"} 1',
        ]);
    });

    test('count runs by how they ended, each once', async () => {
      const { database, values } = await openMeasured();
      await values('remotes_runs_ended_total');
      await database.write(async (tables) => {
        const { id } = await addVerifiedHost(tables);
        const number = await tables.runs.add(sampleRun(id, 1));
        await tables.runs.change(number, { state: 'failed' });
      });
      // On PostgreSQL an event is read when every older transaction of the whole cluster has ended.
      await expect
        .poll(() => values('remotes_runs_ended_total'))
        .toContain('remotes_runs_ended_total{state="failed"} 1');
      const again = await values('remotes_runs_ended_total');
      expect(again).toContain('remotes_runs_ended_total{state="failed"} 1');
      expect(again).toContain('remotes_runs_ended_total{state="succeeded"} 0');
    });

    test('count requests by the path of the contract, and decisions', async () => {
      const { call, enrolOverV1, values } = await openMeasured();
      const { token, wireNumber } = await enrolOverV1();
      await call(`/api/v1/commands/get/${wireNumber}/`, { token });
      await call('/somewhere/else');
      const requests = await values('remotes_http_requests_total');
      expect(requests).toContain(
        'remotes_http_requests_total{route="/api/v1/commands/get/:number",method="GET",status="200"} 1',
      );
      expect(requests).toContain('remotes_http_requests_total{route="other",method="GET",status="404"} 1');
      expect(await values('remotes_decision_seconds_count')).toContain(
        'remotes_decision_seconds_count{decision="deliverRun"} 1',
      );
      expect(await values('remotes_decisions_waiting')).toEqual(['remotes_decisions_waiting 0']);
    });

    test('are at one path alone', async () => {
      const { metricsUrl, url } = await openMeasured();
      expect((await call(metricsUrl)).headers['content-type']).toMatch(/^text\/plain; version=0.0.4/);
      expect((await call(metricsUrl.replace('/metrics', '/'))).status).toBe(404);
      expect((await call(`${url}/metrics`)).status).toBe(404);
    });
  });
});
