import { describe, expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../databases.ts';
import { call } from '../http/call.ts';
import { startProgram } from './program.ts';

describe('remotes-server start', () => {
  test('warns of plain HTTP for operators, says where the metrics are, and stops with both', async () => {
    const database = await createDatabase('sqlite');
    onTestFinished(database.remove);
    const options = ['--port', '0', '--insecure-http', '--metrics-listen', '127.0.0.1:0'];
    const server = startProgram(database, 'start', ...options);
    const line = await server.line(/Metrics at/);
    const metrics = await call(/"url":"([^"]+)"/.exec(line)?.[1] ?? '');
    expect(metrics.text).toContain('remotes_hosts{state="verified"} 0');
    expect(metrics.text).toMatch(/^remotes_decision_seconds_count\{decision="\w+"\} \d+$/m);
    expect(JSON.parse(await server.line(/--insecure-http/)).level).toBe(40);
    server.process.kill('SIGTERM');
    expect((await server.ended).status).toBe(0);
  });
});
