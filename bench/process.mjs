// Starts what is measured, in a process of its own, and asks it how it feels.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const probe = new URL('loop-delay.mjs', import.meta.url).href;

/** Starts a Node program that logs a line with `"url":"…"` when it listens; `nodeOptions` as NODE_OPTIONS has them. */
export async function startProgram(program, args, folder, nodeOptions) {
  const probeFile = join(folder, 'probe.json');
  const began = performance.now();
  const child = spawn(process.execPath, ['--import', probe, program, ...args], {
    env: {
      ...process.env,
      BENCH_PROBE: probeFile,
      NODE_ENV: 'production',
      ...(nodeOptions && { NODE_OPTIONS: nodeOptions }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (bytes) => {
      // What went wrong inside is worth seeing; pino's level 50 is an error.
      for (const line of String(bytes).split('\n')) if (line.includes('"level":50')) console.error(line);
      text += bytes;
      const found = /"url":"([^"]+)"/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (status) => reject(new Error(`${program} ended with ${status}`)));
  });
  const startMs = performance.now() - began;
  return {
    url,
    startMs,
    async probe() {
      rmSync(probeFile, { force: true });
      child.kill('SIGUSR2');
      for (let waited = 0; !existsSync(probeFile); waited += 5) {
        if (waited > 5000) throw new Error('The measured process does not answer.');
        await pause(5);
      }
      return JSON.parse(readFileSync(probeFile, 'utf8'));
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
