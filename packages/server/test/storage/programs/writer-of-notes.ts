import { writeDecisions } from '../../../src/storage/sqlite-writer-thread.ts';
import { noteDecisions } from '../notes.ts';

writeDecisions(noteDecisions);
