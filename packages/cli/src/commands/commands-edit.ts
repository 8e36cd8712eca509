import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsRoutes } from '@remotes/protocol/operators/commands';
import { findCommand } from '../api/find.ts';
import type { Given } from '../command.ts';
import { connect } from '../connect.ts';
import { exitStatus } from '../exit-status.ts';
import { isGiven } from '../given.ts';
import { trouble } from '../trouble.ts';
import { withAgreement } from './agreement.ts';
import { showChange } from './change-report.ts';

const endings = { python: 'py', bash: 'bash', sh: 'sh', node: 'js', powershell: 'ps1' } as const;

/** Opens a command's program in an editor and stores what became of it, unless somebody changed it meanwhile. */
export async function commandEdit(given: Given): Promise<number> {
  const api = connect(given);
  const { id } = await findCommand(api, given.words[0] ?? '');
  const { answer: before, version } = await api.ask(commandsRoutes.commands_show, { params: { id } });
  const folder = await mkdtemp(join(tmpdir(), 'remotes-edit-'));
  const file = join(folder, `program.${endings[before.interpreter]}`);
  await writeFile(file, before.program, { mode: 0o600 });
  let isKept = false;
  try {
    openEditor(given, file);
    const program = await readFile(file, 'utf8');
    if (program === before.program) {
      console.error('Nothing was changed.');
      return exitStatus.done;
    }
    isKept = true;
    const { answer } = await withAgreement(given, (agreement) =>
      api.ask(commandsRoutes.commands_change, { params: { id }, body: { program, ...agreement }, version }),
    );
    isKept = isGiven(given, 'dry-run');
    await showChange(given, answer);
    return exitStatus.done;
  } finally {
    // What somebody wrote is not thrown away because it could not be stored.
    if (isKept) console.error(`What you wrote is in ${file}.`);
    else await rm(folder, { recursive: true, force: true });
  }
}

function openEditor({ config }: Given, file: string): void {
  // EDITOR may hold arguments, as "code --wait" does.
  const { status, error } = spawnSync(`${config.editor} "${file}"`, { shell: true, stdio: 'inherit' });
  if (error || status !== 0)
    throw trouble('failed', `The editor (${config.editor}) failed: nothing was changed.`);
}
