import { existsSync, readFileSync } from 'node:fs';
import { contract } from '@remotes/protocol/contract';
import { describe, expect, test } from 'vitest';
import { root, sourceFiles } from './sources.ts';

/** Words that say nothing of what a file is for. */
const emptyWords = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'service', 'misc', 'shared'];
const files = sourceFiles();

describe('one name travels through every room', () => {
  test.each(Object.keys(contract))(
    '%s is a file of the protocol, of the domain and of the client',
    (name) => {
      const file = `${name.replaceAll('_', '-')}.ts`;
      expect(existsSync(`${root}packages/protocol/src/requests/${file}`), 'what is said').toBe(true);
      expect(existsSync(`${root}packages/server/src/domain/${file}`), 'what is decided').toBe(true);
      // The post is no action of its own: it is how every run ends.
      if (name !== 'command_post') {
        expect(existsSync(`${root}packages/client/src/actions/${file}`), 'who asks').toBe(true);
      }
    },
  );

  test.each(Object.entries(contract))('%s is named on the wire as in the contract', (name, request) => {
    expect(request.name).toBe(name);
  });
});

describe('names of files', () => {
  test('are lower-case words joined by hyphens', () => {
    const odd = files.filter((file) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.tsx?$/.test(baseName(file)));
    expect(odd).toEqual([]);
  });

  test('say what the file is for', () => {
    const empty = files.filter((file) =>
      baseName(file)
        .split(/[-.]/)
        .some((word) => emptyWords.includes(word)),
    );
    expect(empty).toEqual([]);
  });

  test('stand for one question each: no file grows beyond 300 lines', () => {
    const long = files.filter((file) => readFileSync(`${root}${file}`, 'utf8').split('\n').length > 300);
    expect(long.filter((file) => !file.includes('/migrations/'))).toEqual([]);
  });
});

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
