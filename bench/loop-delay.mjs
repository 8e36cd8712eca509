// Loaded into the measured process (node --import): on SIGUSR2 it writes the 99th percentile of its event-loop delay
// since the last signal, its CPU time and its resident memory, now and at most, to the file that BENCH_PROBE names.
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.BENCH_PROBE;
if (isMainThread && file) {
  const resolution = 1;
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  process.on('SIGUSR2', () => {
    const cpu = process.cpuUsage();
    const answer = {
      // The histogram holds whole intervals: what counts is what comes on top of the resolution.
      delayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - resolution),
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      residentMb: process.memoryUsage.rss() / 1024 ** 2,
      peakMb: process.resourceUsage().maxRSS / 1024,
    };
    delay.reset();
    writeFileSync(`${file}.new`, JSON.stringify(answer));
    renameSync(`${file}.new`, file);
  });
}
