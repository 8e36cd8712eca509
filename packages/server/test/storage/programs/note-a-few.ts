import { openNotes } from '../notes.ts';

// Says how long each of its notes took, in milliseconds.
const [dataFolder = '', databaseUrl] = process.argv.slice(2);

const notes = await openNotes({ dataFolder, databaseUrl }, 'inline');
for (let count = 1; count <= 20; count += 1) {
  const began = performance.now();
  await notes.decide('note', `few-${count}`);
  console.log(Math.round(performance.now() - began));
}
await notes.close();
