import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { contract } from '@remotes/protocol/contract';
import { refusals } from '@remotes/protocol/errors';
import { hostMessages, serverMessages } from '@remotes/protocol/messages';
import { FleetFile } from '@remotes/protocol/values/fleet-file';
import { RunRefusal } from '@remotes/protocol/values/run-refusal';
import { describe, expect, test } from 'vitest';
import { actionNames } from '../packages/client/src/arguments.ts';
import { readConfig } from '../packages/client/src/config.ts';
import { readStartConfig } from '../packages/server/src/config.ts';
import { readFleetFile } from '../packages/server/src/domain/fleet-file/fleet-file-reading.ts';
import { steeringNames } from '../packages/server/src/domain/fleet-steering.ts';
import { pages, readPage, section } from './markdown.ts';
import { optionsOf, serverHelp } from './program-help.ts';
import { importsOf, packageOf, root, sourceFiles } from './sources.ts';

const all = pages();
const protocol = readPage('packages/protocol/PROTOCOL.md');
const operating = readPage('docs/operating.md');
const client = readPage('docs/client.md');

describe('PROTOCOL.md', () => {
  test.each(Object.values(contract))('says of $name what the contract says', (request) => {
    const text = section(protocol, `\`${request.name}\``);
    const credential = {
      none: 'no token',
      registration_token: 'registration token',
      host_token: 'host token',
    };
    const suffix = request.name === 'command_get' || request.name === 'command_post' ? 'N/' : '';
    expect(text).toContain(
      `\`${request.method} ${request.path}${suffix}\` · ${credential[request.credential]} · ${request.success}`,
    );
    const fields = Object.keys(request.answer.properties);
    const bodyFields = 'body' in request ? Object.keys(request.body.properties) : [];
    for (const field of [...fields, ...bodyFields]) expect(text).toContain(`\n| \`${field}\` |`);
  });

  test.each(Object.entries(refusals))('says of the refusal %s what it looks like', (code, kind) => {
    const text = section(protocol, `\`${code}\``);
    const body = {
      detail: { detail: kind.sentence },
      message: { status: 'ERROR', message: kind.sentence },
      bare: { status: 'ERROR' },
    }[kind.form];
    expect(text).toContain(`${kind.status} · \`${JSON.stringify(body)}\``);
    expect(text).toMatch(/\*When:\*\s[\s\S]+\.\s\*Client:\*\s[\s\S]+\./);
  });

  test('names no refusal that there is not', () => {
    const named = protocol.headings.filter(({ level }) => level === 4).map(({ title }) => title.slice(1, -1));
    const known = { ...refusals, ...hostMessages, ...serverMessages };
    expect(named.filter((code) => !(code in known))).toEqual([]);
  });

  const sealed = protocol.text.slice(protocol.text.indexOf('# Part two'));

  test.each(Object.entries({ ...hostMessages, ...serverMessages }))(
    'says of the message %s what is in it',
    (type, schema) => {
      const [, text = ''] = sealed.split(`\n#### \`${type}\`\n`);
      const members = Object.keys(schema.properties).filter((name) => name !== 'type' && name !== 'bytes');
      const missing = members.filter((name) => !text.split('\n#')[0]?.includes(`\`${name}\``));
      expect(text).not.toBe('');
      expect(missing).toEqual([]);
    },
  );

  test.each(RunRefusal.enum)('says when a host refuses with %s', (code) => {
    expect(sealed).toMatch(new RegExp(`^\\| (\`\\w+\`, )*\`${code}\`.* \\| .+ \\|$`, 'm'));
  });
});

describe('docs/operating.md', () => {
  const usual = readStartConfig([], {});
  if ('problems' in usual) throw new Error(usual.problems.join());

  test.each([...optionsOf(serverHelp('start'))].filter((option) => option !== '--help'))(
    'has a line for %s',
    (option) => {
      expect(operating.text).toMatch(new RegExp(`^\\| \`${option}[ \`]`, 'm'));
    },
  );

  test.each(Object.entries(usual).filter(([, value]) => typeof value === 'number'))(
    'says what %s is by default',
    (name, value) => {
      const option = `--${optionOf(name)}`;
      const line = operating.text.split('\n').find((text) => text.startsWith(`| \`${option} `)) ?? '';
      expect(line.replaceAll(',', '')).toContain(`| ${value} |`);
    },
  );

  test('names every variable of the environment that the server reads', () => {
    const read = environmentRead((environment) => readStartConfig([], environment));
    // The crash points are for tests alone.
    expect(read.filter((name) => name !== 'REMOTES_CRASH_AT' && !isEnvironmentDocumented(name))).toEqual([]);
  });

  test.each(steeringNames)('explains the setting %s', (name) => {
    expect(operating.text).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  function isEnvironmentDocumented(name: string): boolean {
    if (operating.text.includes(`\`${name}\``)) return true;
    const option = `--${name.replace('REMOTES_', '').toLowerCase().replaceAll('_', '-')}`;
    return operating.text.includes(`| \`${option}`);
  }
});

describe('docs/commands-file.md', () => {
  const page = readPage('docs/commands-file.md');

  test('shows files that apply reads', () => {
    const files = [page, readPage('README.md')].flatMap(({ codeBlocks }) =>
      codeBlocks.filter(({ language }) => language === 'yaml').map(({ text }) => text),
    );
    expect(files.length).toBeGreaterThan(3);
    for (const text of files) {
      const { problems } = readFleetFile(text);
      // A comment alone is an excerpt.
      if (!/^#.*$/.test(text.trim())) expect(problems).toEqual([]);
    }
  });

  test('explains every field of the file', () => {
    const missing = fieldsOf(FleetFile).filter(
      (field) => !page.text.match(new RegExp(`^(\\||## ).*\\b${field}\\b`, 'm')),
    );
    expect(missing).toEqual([]);
  });

  test('explains every option of apply', () => {
    const common = optionsOf(serverHelp('export'));
    const own = [...optionsOf(serverHelp('apply'))].filter((option) => !common.has(option));
    expect(own.length).toBeGreaterThan(2);
    expect(own.filter((option) => !page.text.includes(`| \`${option}`))).toEqual([]);
  });
});

describe('docs/client.md', () => {
  test.each(actionNames)('has a section for %s', (name) => {
    expect(section(client, name)?.trim()).toBeTruthy();
  });

  test('shows every option of the client', () => {
    const help = readFileSync(`${root}packages/client/src/help.ts`, 'utf8');
    expect([...optionsOf(help)].filter((option) => !client.text.includes(`\`${option}`))).toEqual([]);
  });

  test('names every variable of the environment that the client reads', () => {
    const read = environmentRead((environment) => readConfig(environment));
    const missing = read.filter(
      (name) => name === name.toUpperCase() && !client.text.includes(`\`${name}\``),
    );
    expect(missing.filter((name) => name !== 'REMOTES_CRASH_AT')).toEqual([]);
  });
});

describe('docs/decisions', () => {
  test('have three lines for every package that the programs import', () => {
    const record = readPage('docs/decisions/0010-dependencies.md').text;
    const imported = sourceFiles()
      .flatMap(importsOf)
      .map(({ specifier }) => specifier)
      .filter((specifier) => !/^(\.|node:|@remotes\/)/.test(specifier));
    expect(imported.length).toBeGreaterThan(0);
    expect([...new Set(imported.map(packageOf))].filter((name) => !record.includes(`**${name}**`))).toEqual(
      [],
    );
  });

  test('are all in the index', () => {
    const { links } = readPage('docs/decisions/README.md');
    const records = all.map(({ file }) => file).filter((file) => /^docs\/decisions\/\d/.test(file));
    expect(records.map((file) => basename(file)).filter((name) => !links.includes(name))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  test('names every folder of the packages', () => {
    const { text } = readPage('ARCHITECTURE.md');
    const folders = new Set(sourceFiles().map((file) => file.split('/').slice(0, 4).join('/')));
    const rooms = [...folders].filter((path) => !path.endsWith('.ts'));
    expect(rooms.length).toBeGreaterThan(5);
    expect(rooms.filter((room) => !text.includes(`| \`${room}/\` |`))).toEqual([]);
  });
});

/** Which variables a reader of the environment asks for. */
function environmentRead(read: (environment: Record<string, string | undefined>) => unknown): string[] {
  const asked = new Set<string>();
  read(
    new Proxy<Record<string, string | undefined>>(
      {},
      {
        get(_, name) {
          asked.add(String(name));
          return undefined;
        },
      },
    ),
  );
  return [...asked].sort();
}

function optionOf(member: string): string {
  return member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The names of all fields, at any depth of a schema. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties, items } = schema as { properties?: Record<string, unknown>; items?: unknown };
  const own = Object.entries(properties ?? {}).flatMap(([name, inner]) => [name, ...fieldsOf(inner)]);
  return [...new Set([...own, ...fieldsOf(items)])];
}
