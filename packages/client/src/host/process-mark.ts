import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { readProcess } from './process-table.ts';

/**
 * A text that names one process for ever, fit for file names: pid, start, boot, and place (machine and pid namespace).
 * What a process makes for itself alone carries its mark, so that others can tell when it was left behind.
 */
export function ownMark(): string {
  own ??= [process.pid, startOf(process.pid), bootMark(), placeMark()].join('.');
  return own;
}

let own: string | undefined;

/**
 * Whether the process that left this mark still lives. `elsewhere`: it may, but this process can't see it (another
 * machine or container, or a system that does not tell when a process started). Undefined: that is no mark.
 */
export function standingOf(mark: string): 'alive' | 'dead' | 'elsewhere' | undefined {
  const [pid, start, boot, place] = /^(\d+)\.(\w+)\.(\w+)\.(\w+)$/.exec(mark)?.slice(1) ?? [];
  if (pid === undefined) return undefined;
  if (place !== placeMark()) return 'elsewhere';
  if (boot !== bootMark() || !isRunning(Number(pid)) || readProcess(Number(pid))?.isZombie) return 'dead';
  if (start === unknown) return mark === ownMark() ? 'alive' : 'elsewhere';
  return start === startOf(Number(pid)) ? 'alive' : 'dead';
}

/** Names this boot of the machine, where that can be known. */
export function bootMark(): string {
  boot ??= digest(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  return boot;
}

let boot: string | undefined;

function placeMark(): string {
  place ??= digest(
    () => `${hostname()} ${process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : ''}`,
  );
  return place;
}

let place: string | undefined;

const unknown = 'unknown';

function startOf(pid: number): string {
  return readProcess(pid)?.start ?? unknown;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function digest(read: () => string): string {
  try {
    return createHash('sha256').update(read()).digest('hex').slice(0, 8);
  } catch {
    return unknown;
  }
}
