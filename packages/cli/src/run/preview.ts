import type { JobPreview } from '@remotes/protocol/operators/job-preview';
import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import type { BodyOf } from '@remotes/protocol/operators/route';
import { visibleLine, visibleText } from '@remotes/protocol/screen/visible-text';
import type { Api } from '../api/api.ts';
import type { OutputFormat } from '../screen/format.ts';
import { showList } from '../screen/listing.ts';
import { write } from '../screen/write.ts';
import { trouble } from '../trouble.ts';
import { hostsText } from './counts.ts';

export type PreviewAsk = Omit<BodyOf<typeof jobsRoutes.jobs_preview>, 'limit' | 'cursor'>;
type Target = JobPreview['items'][number];

const shownNames = 5;

/** What a job would be, with the first of its targets. */
export async function previewJob(api: Api, ask: PreviewAsk): Promise<JobPreview> {
  const body = { ...ask, limit: shownNames };
  return (await api.ask(jobsRoutes.jobs_preview, { body })).answer;
}

/** `"uptime" on 120 hosts: web1, web2, … 3 of them are away.`: what is about to be done. */
export function targetsText(preview: JobPreview): string {
  const { targets, away, never, items, name, wave, stop_after: stopAfter } = preview;
  const names = items.slice(0, shownNames).map((host) => visibleLine(host.name));
  const more = targets > names.length ? ', …' : '';
  const rules = [
    ...(wave === null ? [] : [`${wave} at a time`]),
    ...(stopAfter === null ? [] : [`until ${stopAfter} have failed`]),
  ];
  const how = rules.length === 0 ? '' : ` (${rules.join(', ')})`;
  const lines = [`"${visibleLine(name)}" on ${hostsText(targets)}${how}: ${names.join(', ')}${more}`];
  if (away > 0)
    lines.push(
      `${away} of them ${away === 1 ? 'is away: it gets' : 'are away: they get'} it on coming back.`,
    );
  if (never > 0) lines.push(`${never} of them ${never === 1 ? 'has' : 'have'} never been seen yet.`);
  if (preview.unsuitable_count > 0)
    lines.push(`${unsuitableText(preview)} --skip-unsuitable leaves them out.`);
  return lines.join('\n');
}

/** Throws where nobody is left who could run it: `nobody` says so where no host is meant at all. */
export function requireSome(preview: JobPreview, nobody: string): void {
  if (preview.targets > 0) return;
  const why = preview.unsuitable_count > 0 ? unsuitableText(preview) : nobody;
  throw trouble('refused', `${why}\nNothing was done.`);
}

/** Everything that a dry run shows: all targets, and the exact text and inputs for one of them. */
export async function showPreview(
  api: Api,
  format: OutputFormat,
  ask: PreviewAsk,
  preview: JobPreview,
): Promise<void> {
  const columns = [
    { title: 'ID', of: ({ id }: Target) => id },
    { title: 'Host', of: ({ name }: Target) => name },
    { title: 'Presence', of: ({ presence }: Target) => presence },
    { title: 'Protocol', of: ({ protocol }: Target) => protocol },
  ];
  await showList(format, columns, targetsOf(api, ask));
  if (format === 'table' || format === 'wide') await write(sampleText(preview));
}

async function* targetsOf(api: Api, ask: PreviewAsk): AsyncGenerator<Target> {
  let cursor: string | undefined;
  do {
    const body = { ...ask, limit: 1000, ...(cursor !== undefined && { cursor }) };
    const { answer } = await api.ask(jobsRoutes.jobs_preview, { body });
    yield* answer.items;
    cursor = answer.next ?? undefined;
  } while (cursor !== undefined);
}

function sampleText({ sample, targets, needs_yes: needsYes }: JobPreview): string {
  const lines = needsYes ? ['', `To run it, agree to the number of hosts: --yes ${targets}`] : [];
  if (sample === null) return lines.map((line) => `${line}\n`).join('');
  const { host, interpreter, timeout_seconds: timeoutSeconds, program, settings, variables } = sample;
  const inputs = [
    ...Object.entries(settings).map(([name, value]) => `setting ${name} = ${value}`),
    ...Object.entries(variables).map(([name, value]) => `variable ${name} = ${value ?? '(no value)'}`),
  ];
  const head = `${visibleLine(host.name)} would run this with ${interpreter}, for ${timeoutSeconds} s at most:`;
  return ['', head, visibleText(program).replace(/\n?$/, ''), ...inputs.map(visibleLine), ...lines, ''].join(
    '\n',
  );
}

function unsuitableText({ unsuitable, unsuitable_count: count }: JobPreview): string {
  const named = unsuitable
    .slice(0, shownNames)
    .map((host) => `${visibleLine(host.name)} (${visibleLine(host.reason)})`);
  const more = count > named.length ? ', …' : '';
  return `${hostsText(count)} cannot be given it: ${named.join(', ')}${more}.`;
}
