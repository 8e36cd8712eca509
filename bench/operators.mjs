// What operators wait for, with a large fleet and a long past behind it, while results come in: on SQLite and PostgreSQL.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openStorage } from '../packages/server/dist/storage/open.js';
import { openForSeed } from './fleet-database.mjs';
import { seedFleet } from './fleet-seed.mjs';
import { makeAdmin, signIn } from './operator.mjs';
import { startPostgres } from './postgres.mjs';

const resultsPerSecond = 1000;

/**
 * `size`: hosts, jobs (runs = hosts × jobs) and samples of each question. `start(dataFolder, ...args)` starts a server.
 * Answers what was measured for each database.
 */
export async function measureOperators({ folder, publicPem, size, start }) {
  const answers = { size, kinds: {} };
  for (const kind of ['sqlite', 'postgres']) {
    const postgres = kind === 'postgres' ? await startPostgres() : undefined;
    try {
      answers.kinds[kind] = await measureOn({
        dataFolder: join(folder, `operators-${kind}`),
        databaseUrl: postgres?.url,
        publicPem,
        size,
        start,
      });
    } finally {
      await postgres?.stop();
    }
  }
  return answers;
}

async function measureOn({ dataFolder, databaseUrl, publicPem, size, start }) {
  const storage = await openStorage({ dataFolder, databaseUrl, mode: 'inline' });
  await storage.close();
  const db = await openForSeed(dataFolder, databaseUrl);
  const wireNumber = await seedFleet(db, { ...size, publicPem });
  await db.close();

  const where = databaseUrl === undefined ? [] : ['--database-url', databaseUrl];
  const password = makeAdmin(['--data', dataFolder, ...where]);
  const server = await start(dataFolder, ...where);
  const generator = fork(new URL('results.mjs', import.meta.url).pathname, [
    server.url,
    String(wireNumber),
    String(size.hosts),
    String(resultsPerSecond),
  ]);
  try {
    const ask = await signIn(server.url, password);
    const job = (await ask('GET', '/api/v2/jobs?limit=1')).items[0].id;
    await told(generator, 'ready');
    generator.send('begin');
    await pause(2_000);
    await server.probe();

    const questions = {
      'a page of hosts': '/api/v2/hosts?limit=100',
      'a page of hosts, far into the list': await farPage(ask),
      'hosts by a filter over facts': `/api/v2/hosts?limit=100&where=${encodeURIComponent('os=linux and architecture=arm64 and not name~"*7"')}`,
      'the same, of which there are none': `/api/v2/hosts?limit=100&where=${encodeURIComponent('os=solaris')}`,
      'the summary of a job': `/api/v2/jobs/${job}`,
      'its groups of outcomes': `/api/v2/jobs/${job}/outcomes`,
    };
    const rows = {};
    for (const [question, path] of Object.entries(questions)) {
      rows[question] = await timed(size.samples, () => ask('GET', path));
    }
    const felt = await server.probe();
    const began = performance.now();
    const made = await ask('POST', '/api/v2/jobs', {
      program: 'uname -a',
      interpreter: 'sh',
      targets: { hosts_groups: ['All hosts'] },
      yes: size.hosts,
    });
    const jobSeconds = (performance.now() - began) / 1000;
    if (made.targets !== size.hosts) throw new Error(`The job has ${made.targets} targets.`);
    const duringJob = await server.probe();
    const results = await told(generator, 'stop');
    return {
      rows,
      jobSeconds,
      results,
      delayP99Ms: felt.delayP99Ms,
      jobDelayP99Ms: duringJob.delayP99Ms,
      residentMb: duringJob.residentMb,
    };
  } finally {
    generator.kill();
    await server.stop();
  }
}

async function farPage(ask) {
  let path = '/api/v2/hosts?limit=1000';
  for (let pages = 0; pages < 20; pages += 1) {
    const { next } = await ask('GET', path);
    if (next === null) break;
    path = `/api/v2/hosts?limit=1000&cursor=${encodeURIComponent(next)}`;
  }
  return path.replace('limit=1000', 'limit=100');
}

async function timed(samples, ask) {
  const times = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const began = performance.now();
    await ask();
    times.push(performance.now() - began);
    await pause(10);
  }
  times.sort((one, other) => one - other);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Sends the generator this word, unless it speaks first, and answers what it says. */
function told(generator, word) {
  return new Promise((resolve, reject) => {
    generator.once('message', resolve);
    generator.once('exit', (status) => reject(new Error(`The generator ended with ${status}.`)));
    if (word === 'stop') generator.send('stop');
  });
}
