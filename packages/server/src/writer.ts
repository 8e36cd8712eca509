import { decisions } from './domain/decisions.ts';
import { writeDecisions } from './storage/sqlite-writer-thread.ts';

// The thread that writes the SQLite file: it brings the mind to the memory.
writeDecisions(decisions);
