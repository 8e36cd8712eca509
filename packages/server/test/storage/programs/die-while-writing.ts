import { openNotes } from '../notes.ts';

const [dataFolder = ''] = process.argv.slice(2);

const notes = await openNotes({ dataFolder, databaseUrl: undefined }, 'server');
const waiting = [notes.decide('note', 'first'), notes.decide('die', undefined as never)];
for (const each of waiting) each.catch((fault) => console.log(`rejected: ${fault.message}`));
// Nothing but the fault ends it.
setInterval(() => {}, 1000);
