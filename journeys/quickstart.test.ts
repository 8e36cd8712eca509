import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startProgram } from './program.ts';
import { makeFolder } from './temporary-folder.ts';

const program = fileURLToPath(new URL('../quickstart/quickstart.mjs', import.meta.url));

describe('the quickstart', () => {
  test('shows real results and leaves nothing behind, though its port is taken', async () => {
    await takePort(8000);
    const folder = makeFolder();
    const quickstart = startProgram(process.execPath, [program, '--once'], { env: { TMPDIR: folder } });
    const { code, stdout, stderr } = await quickstart.ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/Port 8000 is taken/);
    expect(stdout).toMatch(/Python 3\.\d+/);
    expect(stdout).toMatch(/Hello from .*, in bash/);
    expect(stdout.match(/: succeeded/g)).toHaveLength(2);
    expect(leftovers(folder)).toEqual([]);
  });

  test('stays up with something to try, until Ctrl-C, and then leaves nothing behind', async () => {
    const folder = makeFolder();
    const quickstart = startProgram(process.execPath, [program], { env: { TMPDIR: folder } });
    const [, url = ''] = await quickstart.prints(/The server stays up on (http\S+)/);
    await quickstart.prints(/npx remotes run -g "All hosts"/);
    expect(await (await fetch(`${url}/api/status/`)).json()).toMatchObject({ status: 'OK' });
    expect(await quickstart.end('SIGINT')).toMatchObject({ code: 0, stderr: '' });
    expect(leftovers(folder)).toEqual([]);
  });
});

/** Takes the port, unless somebody has it already: either way it is taken. */
function takePort(port: number): Promise<void> {
  const holder = createServer();
  onTestFinished(() => void holder.close());
  return new Promise((resolve) => {
    holder.once('error', () => resolve());
    holder.listen(port, '127.0.0.1', resolve);
  });
}

/** Files in the folder, and processes that speak of it. */
function leftovers(folder: string): string[] {
  const processes = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && commandLine(name).includes(folder),
  );
  return [...readdirSync(folder), ...processes.map(commandLine)];
}

function commandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
