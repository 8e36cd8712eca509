import { jobsRoutes } from '@remotes/protocol/operators/jobs';
import type { Api } from '../api/api.ts';
import type { Paint } from '../screen/colours.ts';
import { hostsText } from './counts.ts';
import { namesOf, otherOutcomesText, resultText } from './outcomes.ts';
import { endingText } from './run-ending.ts';

type Ending = { readonly isGood: boolean; readonly result: string; runs: number; readonly names: string[] };

/** How hosts ended whose output was shown as it came: those that returned something, and those that did not succeed. */
export async function endingsText(api: Api, jobId: string, paint: Paint): Promise<string> {
  const { answer } = await api.ask(jobsRoutes.jobs_outcomes, { params: { id: jobId }, query: {} });
  const endings = new Map<string, Ending>();
  for (const group of answer.groups) {
    const { sample, runs } = group;
    const isGood = sample.state === 'succeeded';
    const result = resultText(sample, paint);
    if (isGood && result === '') continue;
    const words = endingText(sample);
    const key = `${words}\n${result}`;
    const ending = endings.get(key) ?? { isGood, result, runs: 0, names: [] };
    ending.runs += runs;
    ending.names.push(await namesOf(api, jobId, group));
    endings.set(key, ending);
  }
  const told = [...endings].map(([key, { isGood, result, runs, names }]) => {
    const [words] = key.split('\n', 1);
    const head = `${hostsText(runs)} · ${words} · ${names.join(', ')}`;
    return `${paint(isGood ? 'green' : 'red', head)}\n${result}`;
  });
  return told.join('') + otherOutcomesText(jobId, answer);
}
