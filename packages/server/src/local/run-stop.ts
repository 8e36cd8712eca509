import { jsonText } from '@remotes/protocol/screen/json-text';
import { visibleLine } from '@remotes/protocol/screen/visible-text';
import { isDeclined } from '../domain/administration-refusal.ts';
import type { StopOutcome } from '../domain/run-stop.ts';
import { localAuthor } from './local-author.ts';
import type { Given } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';
import { runJson } from './run-text.ts';

/** Has a run ended. */
export async function stopRun({ words, isJson, store }: Given): Promise<number> {
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('stopRun', {
      run: words[0] ?? '',
      now: Date.now(),
      by: localAuthor(),
    });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    if (isJson) console.log(jsonText({ ...runJson(answer.run), done: answer.done }));
    else console.log(sentence(answer));
    return 0;
  });
}

function sentence({ run, done }: StopOutcome): string {
  const which = `Run ${run.number}, "${visibleLine(run.commandName)}" on ${visibleLine(run.hostName)},`;
  if (done === 'cancelled') return `${which} is cancelled: it had not begun.`;
  const again = done === 'asked_before' ? 'was asked before and' : '';
  return `${which} ${again} ends as soon as its host gives a sign of life.`.replace('  ', ' ');
}
