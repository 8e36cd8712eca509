// A simulated fleet as a process of its own, which tells when all are connected and when all results are stored.
import { readFileSync } from 'node:fs';
import { startFleet } from '../fleet/fleet.mjs';
import { meetServer } from '../fleet/hosts.mjs';

const [orderFile] = process.argv.slice(2);
const { hosts, url, token, folder, executes, outputBytes } = JSON.parse(readFileSync(orderFile, 'utf8'));
const say = (sentence) => console.error(sentence);
let isConnected = false;

const fleet = await startFleet({
  hosts,
  server: await meetServer({ url, token, say }),
  folder,
  executes,
  outputBytes,
  onStored(runs) {
    if (runs % hosts.length === 0) process.send({ storedAt: performance.timeOrigin + performance.now() });
  },
});
// Looked at often, so that neither coming nor going is told late.
const looking = setInterval(() => {
  const { connected, trouble } = fleet.state();
  if (trouble?.startsWith('command ')) throw new Error(trouble);
  const isNow = connected === hosts.length;
  if (isNow === isConnected) return;
  if (!isNow && connected > 0 && isConnected === false) return;
  isConnected = isNow;
  process.send({ isConnected, at: performance.timeOrigin + performance.now(), trouble });
}, 10);
process.on('message', async () => {
  clearInterval(looking);
  await fleet.stop();
  process.send({ fleetPeakMb: process.resourceUsage().maxRSS / 1024 }, () => process.exit(0));
});
