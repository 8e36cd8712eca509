import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { runMarkName } from './environment.ts';
import { type ProcessRow, readEnvironment, readProcess, readProcesses } from './process-table.ts';

/** The process that leads its own group and session, and what names the run in its environment. */
export type Root = { readonly rootPid: number; readonly runMark: string };

/**
 * Ends a process and all that came of it: TERM, and after the grace KILL. On Linux that includes descendants that left
 * the group, as long as a living ancestor leads to them or the run's mark is in their environment; one that has neither
 * lives on. Returns whether everything is gone; only a process that the kernel does not let go of, or one of another
 * user, can stay.
 */
export async function endTree(root: Root, graceMs: number): Promise<boolean> {
  const tree = treeOf(root);
  tree.signal('SIGTERM');
  if (await isGoneWithin(tree, graceMs)) return true;
  const deadline = performance.now() + unkillableMs;
  do {
    tree.signal('SIGKILL');
    if (await isGoneWithin(tree, pollMs)) return true;
  } while (performance.now() < deadline);
  return false;
}

const pollMs = 20;
const unkillableMs = 5000;

type Tree = { signal(name: 'SIGTERM' | 'SIGKILL'): void; isGone(): boolean };

async function isGoneWithin(tree: Tree, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    if (tree.isGone()) return true;
    const left = deadline - performance.now();
    if (left <= 0) return false;
    await delay(Math.min(pollMs, left));
  }
}

function treeOf({ rootPid, runMark }: Root): Tree {
  if (process.platform === 'linux' && readProcess('self') !== undefined)
    return linuxTree(rootPid, markReader(rootPid, runMark));
  return process.platform === 'win32' ? windowsTree(rootPid) : groupTree(rootPid);
}

function linuxTree(rootPid: number, isMarked: (row: ProcessRow) => boolean): Tree {
  // Remembered with their start: a child whose parent died first can no longer be found, and a pid may be used again.
  const members = new Map<number, string>();

  const grow = () => {
    const rows = readProcesses();
    const startOf = new Map(rows.map((row) => [row.pid, row.start]));
    for (let before = -1; before !== members.size; ) {
      before = members.size;
      for (const row of rows) {
        const isOurs = row.pid === rootPid || row.group === rootPid || row.session === rootPid;
        const isChild = members.has(row.parent) && members.get(row.parent) === startOf.get(row.parent);
        if (isOurs || isChild || isMarked(row)) members.set(row.pid, row.start);
      }
    }
  };

  const living = () =>
    [...members.keys()].filter((pid) => {
      const row = readProcess(pid);
      return row !== undefined && members.get(pid) === row.start && !row.isZombie;
    });

  return {
    signal(name) {
      // Children made while the signals go out are found by the next look, until a look finds no more.
      const told = new Set<number>();
      let known: number;
      do {
        known = members.size;
        grow();
        for (const pid of living()) {
          if (!told.has(pid)) send(pid, name);
          told.add(pid);
        }
      } while (members.size > known);
    },
    isGone() {
      if (living().length > 0) return false;
      // What a TERM handler started on its way out belongs to the group as well.
      grow();
      return living().length === 0;
    },
  };
}

/**
 * Whether the run's mark is in the environment with which a process was started. What is older than the run is not looked
 * at, and nothing twice: there may be thousands, and the kernel keeps whoever reads waiting for one that is stuck.
 */
function markReader(rootPid: number, runMark: string): (row: ProcessRow) => boolean {
  const first = Number((readProcess(rootPid) ?? readProcess('self'))?.start);
  const text = `${runMarkName}=${runMark}`;
  const seen = new Map<string, boolean>();
  return ({ pid, start }) => {
    if (pid === process.pid || Number(start) < first) return false;
    const key = `${pid} ${start}`;
    const isMarked = seen.get(key) ?? readEnvironment(pid).includes(text);
    seen.set(key, isMarked);
    return isMarked;
  };
}

function groupTree(rootPid: number): Tree {
  return {
    signal: (name) => void send(-rootPid, name),
    isGone: () => !send(-rootPid, 0),
  };
}

function windowsTree(rootPid: number): Tree {
  let isDone = false;
  return {
    // A console program has no way to be asked: it is ended at once, with its children.
    signal: () =>
      void execFile('taskkill', ['/pid', String(rootPid), '/T', '/F'], { windowsHide: true }, () => {
        isDone = true;
      }),
    isGone: () => isDone,
  };
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
