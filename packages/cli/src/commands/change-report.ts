import type { Change } from '@remotes/protocol/operators/changes';
import type { HostsChanged } from '@remotes/protocol/operators/hosts';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import type { Given } from '../command.ts';
import { hostsText } from '../run/counts.ts';
import { write } from '../screen/write.ts';

type AnyChange = Pick<Change, 'is_dry_run' | 'changes' | 'will_run_on_hosts'> & {
  readonly notes: readonly (string | { readonly line: number; readonly message: string })[];
};

const words = { add: 'added', change: 'changed', remove: 'removed' } as const;

/** What a change did, or would do. */
export async function showChange({ format }: Given, change: AnyChange): Promise<void> {
  if (format === 'json') return write(`${jsonText(change)}\n`);
  const lines = change.changes.flatMap(({ action, kind, name, details }) => [
    `${change.is_dry_run ? `would be ${words[action]}` : words[action]}: ${kind.replace('_', ' ')} "${visibleLine(name)}"`,
    ...details.map((detail) => `  ${visibleLine(detail)}`),
  ]);
  if (lines.length === 0) lines.push('Nothing to change.');
  lines.push(...runLines(change.is_dry_run, change.will_run_on_hosts));
  for (const note of change.notes)
    lines.push(
      typeof note === 'string' ? visibleLine(note) : `line ${note.line}: ${visibleLine(note.message)}`,
    );
  await write(lines.map((line) => `${line}\n`).join(''));
}

/** The same of hosts. `done`: in a word, what they are now. */
export async function showHostsChanged({ format }: Given, done: string, answer: HostsChanged): Promise<void> {
  if (format === 'json') return write(`${jsonText(answer)}\n`);
  const { is_dry_run: isDryRun, changed, unchanged, will_run_on_hosts: willRun } = answer;
  const lines: string[] = [];
  if (changed.length > 0) lines.push(`${isDryRun ? `Would be ${done}` : `Now ${done}`}: ${names(changed)}.`);
  if (unchanged.length > 0) lines.push(`As they were: ${names(unchanged)}.`);
  if (lines.length === 0) lines.push('No host is meant.');
  lines.push(...runLines(isDryRun, willRun));
  await write(lines.map((line) => `${line}\n`).join(''));
}

function runLines(isDryRun: boolean, hosts: number): string[] {
  return hosts === 0 ? [] : [`Commands ${isDryRun ? 'would' : 'will'} run on ${hostsText(hosts)}.`];
}

function names(hosts: HostsChanged['changed']): string {
  return hosts
    .map(({ name, state }) => visibleLine(name) + (state === 'pending' ? ' (waits for approval)' : ''))
    .join(', ');
}
