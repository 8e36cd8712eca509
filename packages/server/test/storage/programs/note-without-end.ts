import { armCrashPoint } from '../../../src/crash-point.ts';
import { openNotes } from '../notes.ts';

// Says each note on a line once it is stored, until it is killed.
const [prefix, dataFolder = '', databaseUrl, crashAt] = process.argv.slice(2);

armCrashPoint(crashAt);
const notes = await openNotes({ dataFolder, databaseUrl: databaseUrl || undefined }, 'server');

async function noteWithoutEnd(caller: number): Promise<never> {
  for (let count = 1; ; count += 1) {
    const name = await notes.decide('note', `${prefix}-${caller}-${count}`);
    // Written at once, as stdout is a pipe: what was answered was said.
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, (_, caller) => noteWithoutEnd(caller)));
