import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Interpreter } from '@remotes/protocol/values/interpreter';
import { trouble } from '../trouble.ts';

export type ProgramFile = {
  readonly program: string;
  readonly name: string;
  /** Undefined when neither its name nor its first line tells. */
  readonly interpreter: Interpreter | undefined;
};

/** A program in a file, or on standard input (`-`). */
export async function readProgramFile(path: string): Promise<ProgramFile> {
  const program = await readText(path);
  if (program.trim() === '')
    throw trouble('usage', `${path === '-' ? 'Standard input' : path} holds no program.`);
  const name = path === '-' ? 'standard input' : basename(path);
  return { program, name, interpreter: byEnding(name) ?? byFirstLine(program) };
}

const endings: Readonly<Record<string, Interpreter>> = {
  py: 'python',
  sh: 'sh',
  bash: 'bash',
  js: 'node',
  cjs: 'node',
  mjs: 'node',
  ps1: 'powershell',
};

function byEnding(name: string): Interpreter | undefined {
  return endings[/\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? ''];
}

/** `#!/bin/sh`, `#!/usr/bin/env python3` … */
function byFirstLine(program: string): Interpreter | undefined {
  const [, line] = /^#!(.*)/.exec(program) ?? [];
  const [path = '', ...rest] = line?.trim().split(/\s+/) ?? [];
  const isEnv = basename(path) === 'env';
  const word = isEnv ? rest.find((part) => !part.startsWith('-')) : path;
  const known: [RegExp, Interpreter][] = [
    [/^python[\d.]*$/, 'python'],
    [/^bash$/, 'bash'],
    [/^(sh|dash|ash)$/, 'sh'],
    [/^node$/, 'node'],
    [/^(pwsh|powershell)$/, 'powershell'],
  ];
  return known.find(([pattern]) => pattern.test(basename(word ?? '')))?.[1];
}

async function readText(path: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8');
  } catch (thrown) {
    throw trouble('usage', `${path} cannot be read: ${(thrown as Error).message}.`);
  }
}
