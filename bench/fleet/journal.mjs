// One journal for a whole fleet: what many hosts write at once is committed together. It is never read again: a fleet that
// is started anew says hello with a new journal, as a host does whose disk was lost.
import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';

const mostBytes = 256 * 1024 * 1024;

/** `of()` answers what a host's worker takes for a journal of its own. */
export async function openFleetJournal(path) {
  const file = await open(path, 'w');
  let waiting = [];
  let flushing;
  let heldRuns = 0;
  let fileBytes = 0;

  const flush = async () => {
    // What comes within one turn of the loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const text = batch.map(({ line }) => line).join('');
      if (heldRuns === 0 && fileBytes > mostBytes) {
        await file.truncate(0);
        fileBytes = 0;
      }
      await file.write(text, fileBytes);
      fileBytes += Buffer.byteLength(text);
      await file.datasync();
      for (const { resolve } of batch) resolve();
    }
    flushing = undefined;
  };
  const append = (record) =>
    new Promise((resolve) => {
      waiting.push({ line: `${JSON.stringify(record)}\n`, resolve });
      flushing ??= flush();
    });

  return Object.freeze({
    of() {
      const held = new Map();
      const begun = new Map();
      return Object.freeze({
        id: randomUUID(),
        isIntact: true,
        notices: [],
        hasBegun: (run, attempt) => (begun.get(run) ?? 0) >= attempt,
        past: () => [],
        held: () => [...held.values()],
        isOurs: async () => true,
        ready: async () => undefined,
        async begin(run) {
          const id = randomUUID();
          begun.set(run.given.run, run.given.attempt);
          held.set(id, { id, run, begunAtMs: Date.now(), isFromEarlierBoot: false });
          heldRuns += 1;
          await append({ kind: 'begun', id, run });
          return id;
        },
        async finish(id, outcome) {
          held.set(id, { ...held.get(id), outcome });
          const { stdout, stderr, ...ending } = outcome;
          const output = { stdout: stdout.toString('base64'), stderr: stderr.toString('base64') };
          await append({ kind: 'finished', id, ...ending, ...output });
        },
        async stored(id) {
          if (held.delete(id)) heldRuns -= 1;
        },
        keepUnbegun: async () => undefined,
        close: async () => {},
      });
    },
    async close() {
      await flushing;
      await file.close();
    },
  });
}
