import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../databases.ts';
import { call } from '../http/call.ts';
import { startProgram } from './program.ts';

describe('remotes-server start', () => {
  test('warns of plain HTTP for operators, and serves metrics where nobody else listens', async () => {
    const database = await createDatabase('sqlite');
    onTestFinished(database.remove);
    const options = ['--port', '0', '--insecure-http', '--metrics-listen', '127.0.0.1:0'];
    const server = startProgram(database, 'start', ...options);
    const metricsUrl = /"url":"([^"]+)"/.exec(await server.line(/Metrics at/))?.[1] ?? '';
    const metrics = await call(metricsUrl);
    expect(metrics.text).toContain('remotes_hosts{state="verified"} 0');
    expect(metrics.text).toMatch(/^remotes_decision_seconds_count\{decision="\w+"\} \d+$/m);
    expect(JSON.parse(await server.line(/--insecure-http/)).level).toBe(40);
    const taken = ['--port', '0', '--metrics-listen', new URL(metricsUrl).host];
    expect(await startProgram(database, 'start', ...taken).ended).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Metrics cannot be served on'),
    });
    server.process.kill('SIGTERM');
    expect((await server.ended).status).toBe(0);
  });
});
