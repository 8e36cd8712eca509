import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createOperator } from './operator-process.ts';
import { startProgram } from './program.ts';
import { makeFolder } from './temporary-folder.ts';

const quickstartProgram = fileURLToPath(new URL('../quickstart/quickstart.mjs', import.meta.url));
const password = 'seven quiet otters under a bridge';

test('who tries the quickstart signs in as its admin and runs a command on this machine, as it says', async () => {
  const quickstart = startProgram(process.execPath, [quickstartProgram], { env: { TMPDIR: makeFolder() } });
  onTestFinished(async () => {
    await quickstart.end('SIGINT');
  });
  const [, url = ''] = await quickstart.prints(/npx remotes login (http\S+) --setup/);
  const [, linkFile = ''] = await quickstart.prints(/it stands in (\S+setup-link)/);
  const operator = createOperator();
  const input = `${readFileSync(linkFile, 'utf8').trim()}\n${password}\n${password}\n`;
  const login = ['login', url, '--setup', '--name', 'ada', '--password-stdin'];
  expect(await operator.run(login, { input })).toMatchObject({ code: 0 });

  expect(await operator.run(['run', '-g', 'All hosts', '--', 'uname', '-s'])).toMatchObject({
    code: 0,
    stdout: '1 host · succeeded · this-machine\nLinux\n',
  });
  expect(await operator.run(['run', '-g', 'Some hosts', '--', 'true'])).toMatchObject({
    code: 3,
    stdout: '',
    stderr: 'There is no hosts group "Some hosts".\n',
  });
  expect((await operator.run(['runs'])).stdout).toMatch(/uname/);
});
