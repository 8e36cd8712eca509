// What the client costs a host: its start, its memory, and twenty commands in a row.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const clientProgram = new URL('../packages/client/dist/remotes-client.cjs', import.meta.url).pathname;
const serverProgram = new URL('../packages/server/bin/remotes-server.js', import.meta.url).pathname;

export async function measureClient(folder, startServer) {
  mkdirSync(folder, { recursive: true });
  const dataFolder = join(folder, 'data');
  mkdirSync(dataFolder);
  const server = await startServer(dataFolder);
  const settings = join(folder, 'host.ini');
  const remotes = (...args) =>
    execFileSync(process.execPath, [serverProgram, ...args, '--data', dataFolder], { encoding: 'utf8' });
  const client = (...args) => [clientProgram, ...args, '--settings', settings];
  try {
    const token = remotes('registration_token').trim();
    run(
      client(
        '--action=new_host',
        '--url',
        server.url,
        '--private_key',
        join(folder, 'k'),
        '--public_key',
        join(folder, 'k.pub'),
      ),
      {
        REMOTES_TOKEN: token,
      },
    );
    const starts = Array.from({ length: 20 }, () => run(client('--action=status', '--url', server.url)));
    writeFileSync(join(folder, 'twenty.json'), JSON.stringify(twentyCommands()));
    remotes('apply', join(folder, 'twenty.json'), '--yes', '1');
    const interpreter = median(Array.from({ length: 20 }, () => run(['-c', 'pass'], {}, 'python3').ms));
    const twenty = run(client('--action=commands_process'));
    return {
      statusMs: median(starts.map(({ ms }) => ms)),
      bareNodeMs: median(Array.from({ length: 20 }, () => run(['-e', '0']).ms)),
      statusMb: residentMb(client('--action=status', '--url', server.url)),
      bareNodeMb: residentMb(['-e', '0']),
      twentyMs: twenty.ms,
      twentyStartsMs: interpreter * 20,
      monitorMb: await monitorMb(client('--action=commands_monitor', '--interval', '1')),
      idleShare: await idleShare(client('--action=commands_monitor', '--interval', '10')),
      bundleKb: readFileSync(clientProgram).length / 1024,
    };
  } finally {
    await server.stop();
  }
}

/** Runs it to its end: how long it took from start to end, and how much memory it had at most. */
function run(args, environment = {}, program = process.execPath) {
  const began = performance.now();
  const ended = spawnSync(program, args, { env: { ...process.env, ...environment }, encoding: 'utf8' });
  const ms = performance.now() - began;
  if (ended.status !== 0) throw new Error(`${args.join(' ')}: ${ended.stderr}`);
  return { ms };
}

/** The largest resident memory of a Node program over its whole life, as the kernel counts it for whoever started it. */
function residentMb(args) {
  const program =
    'import resource, subprocess, sys; subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL);' +
    'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)';
  const kilobytes = execFileSync('python3', ['-c', program, process.execPath, ...args], { encoding: 'utf8' });
  return Number(kilobytes) / 1024;
}

async function monitorMb(args) {
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 4000));
  const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  child.kill('SIGKILL');
  return Number(memory) / 1024;
}

/** What a monitor that has nothing to do takes of a core, over forty seconds after its start. */
async function idleShare(args) {
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const ticks = () => {
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await pause(12);
  const before = ticks();
  await pause(40);
  const used = ticks() - before;
  child.kill('SIGKILL');
  return used / 100 / 40;
}

function twentyCommands() {
  const commands = Array.from({ length: 20 }, (_, index) => ({
    name: `command ${index}`,
    order: index,
    command: `print(${index})`,
  }));
  return {
    hosts_groups: [{ name: 'All hosts' }],
    commands_groups: [{ name: 'Twenty', hosts_group: 'All hosts', order: 1, commands }],
  };
}

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
