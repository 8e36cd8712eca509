import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import type { AnswerOf } from '@remotes/protocol/operators/route';
import type { RunView } from '@remotes/protocol/operators/runs';
import { visibleLine, visibleText } from '@remotes/protocol/screen/visible-text';
import type { Api } from '../api/api.ts';
import { itemsOf } from '../api/pages.ts';
import type { Paint } from '../screen/colours.ts';
import { hostsText } from './counts.ts';
import { endingText } from './run-ending.ts';

type Outcomes = AnswerOf<typeof jobsRoutes.jobs_outcomes>;
type OutcomeGroup = Outcomes['groups'][number];

export type OutcomesShown = {
  readonly paint: Paint;
  /** What hosts printed is shown as it is, whatever it does to the terminal. */
  readonly isRaw: boolean;
};

/** Groups no larger than this are told by the names of their hosts. */
const mostNamed = 10;

/** What hosts answered, alike ones together: `987 hosts · succeeded`, what they printed, and how the others differ. */
export async function outcomesText(api: Api, jobId: string, shown: OutcomesShown): Promise<string> {
  const { answer } = await api.ask(jobsRoutes.jobs_outcomes, { params: { id: jobId }, query: {} });
  const parts: string[] = [];
  const [biggest] = answer.groups;
  for (const group of answer.groups) {
    const isSame = group !== biggest && biggest !== undefined && printedSame(group, biggest);
    parts.push(groupText(group, { names: await namesOf(api, jobId, group), isSame }, shown));
  }
  const others = otherOutcomesText(jobId, answer);
  if (others !== '') parts.push(others);
  return parts.join('\n');
}

export function otherOutcomesText(
  jobId: string,
  { other_groups: groups, other_runs: runs }: Pick<Outcomes, 'other_groups' | 'other_runs'>,
): string {
  return groups === 0 ? '' : `${groups} other outcomes of ${hostsText(runs)}: remotes jobs runs ${jobId}\n`;
}

type GroupRemarks = {
  /** Some of its hosts, or all. */
  readonly names: string;
  /** As the biggest group. */
  readonly isSame: boolean;
};

function groupText(
  group: OutcomeGroup,
  { names, isSame }: GroupRemarks,
  { paint, isRaw }: OutcomesShown,
): string {
  const { runs, sample, diff } = group;
  const isGood = sample.state === 'succeeded';
  const head = `${hostsText(runs)} · ${endingText(sample)} · ${names}`;
  const text = (of: string) => (isRaw ? of : visibleText(of));
  const printed =
    text(group.stdout) +
    endOfLine(group.stdout) +
    paintLines(text(group.stderr), paint) +
    endOfLine(group.stderr);
  const body = isSame ? '(printed the same)\n' : diff === null ? printed : diffText(text(diff), paint);
  const cut = group.is_cut ? `${paint('dim', `… all of it: remotes output ${sample.id}`)}\n` : '';
  return `${paint(isGood ? 'green' : 'red', head)}\n${body}${cut}${resultText(sample, paint)}`;
}

/** What a program returned, or what a failure said; nothing where it returned nothing to speak of. */
export function resultText({ result }: RunView, paint: Paint): string {
  const text = result?.trim() ?? '';
  const list = readList(text);
  if (text === '' || list?.every((item) => item === '')) return '';
  // JSON has no ends of lines within its texts.
  const shown = list ? text.replace(/\s*\n\s*/g, ' ') : text;
  return `${paint('cyan', `= ${visibleText(shown)}`)}\n`;
}

function readList(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Some of a group's hosts, or all. */
export async function namesOf(
  api: Api,
  jobId: string,
  { runs, sample, state, outcome }: OutcomeGroup,
): Promise<string> {
  const one = visibleLine(sample.host.name);
  if (runs === 1) return one;
  if (runs > mostNamed) return `${one}, …`;
  const query = { state, ...(outcome !== null && { outcome }) };
  const names: string[] = [];
  for await (const run of itemsOf(api, jobsRoutes.jobs_runs, { params: { id: jobId }, query }, mostNamed))
    names.push(visibleLine(run.host.name));
  return names.join(', ');
}

function printedSame(one: OutcomeGroup, other: OutcomeGroup): boolean {
  const isWhole = !one.is_cut && !other.is_cut && one.stdout + one.stderr !== '';
  return isWhole && one.stdout === other.stdout && one.stderr === other.stderr;
}

function diffText(diff: string, paint: Paint): string {
  const lines = diff
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      if (line.startsWith('+')) return paint('green', line);
      if (line.startsWith('-')) return paint('red', line);
      return line.startsWith('@@') ? paint('cyan', line) : line;
    });
  return `${lines.join('\n')}\n`;
}

function paintLines(text: string, paint: Paint): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : paint('yellow', line)))
    .join('\n');
}

function endOfLine(text: string): string {
  return text === '' || text.endsWith('\n') ? '' : '\n';
}
