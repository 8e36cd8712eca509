import { spawnSync } from 'node:child_process';

/** What Python makes of an INI text: its sections with their own keys, or the name of the exception. */
export type Parsed = { sections: Record<string, [string, string][]> } | { error: string };

/** Asks the real `configparser`, in one process for all texts. */
export function parseInPython(texts: string[]): Parsed[] {
  return JSON.parse(python(parseAll, JSON.stringify(texts)));
}

/** Lets the real `configparser` write these sections. */
export function writeInPython(files: Record<string, Record<string, string>>[]): string[] {
  return JSON.parse(python(writeAll, JSON.stringify(files)));
}

function python(program: string, input: string): string {
  const { stdout, stderr, status } = spawnSync('python3', ['-c', program], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  if (status !== 0) throw new Error(`python3 is needed for this test and failed: ${stderr}`);
  return stdout;
}

const parseAll = `
import configparser, io, json, sys
def parse(text):
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error as error:
        return {'error': type(error).__name__}
    sections = {name: list(parser._sections[name].items()) for name in parser._sections}
    if parser._defaults:
        sections['DEFAULT'] = list(parser._defaults.items())
    return {'sections': sections}
print(json.dumps([parse(text) for text in json.load(sys.stdin)]))
`;

const writeAll = `
import configparser, io, json, sys
def write(sections):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(sections)
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()
print(json.dumps([write(sections) for sections in json.load(sys.stdin)]))
`;
