import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { ownMark, standingOf } from '../../src/host/process-mark.ts';

const change = (part: number, to: string) => ownMark().split('.').with(part, to).join('.');

describe('the mark of a process', () => {
  test('its own is that of a living one', () => {
    expect(standingOf(ownMark())).toBe('alive');
  });

  test('a process that has ended is dead, and so is one whose pid is used by another now', async () => {
    const child = spawn('sleep', ['0'], { stdio: 'ignore' });
    await once(child, 'exit');
    expect(standingOf(change(0, String(child.pid)))).toBe('dead');
    expect(standingOf(change(1, '1'))).toBe('dead');
  });

  test('whatever ran before the machine was started anew is dead', () => {
    expect(standingOf(change(2, '00000000'))).toBe('dead');
  });

  test('nothing is known of processes on other machines and in other containers', () => {
    expect(standingOf(change(3, '00000000'))).toBe('elsewhere');
  });

  test.each(['', 'x', '1.2.3', `${'1.'.repeat(5)}`])('%j is none', (text) => {
    expect(standingOf(text)).toBeUndefined();
  });
});
