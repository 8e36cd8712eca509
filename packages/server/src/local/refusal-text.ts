import { jsonText } from '@remotes/protocol/screen/json-text';
import type { AdministrationRefusal } from '../domain/administration-refusal.ts';
import { adviseYes } from './yes-advice.ts';

/** Says why nothing was done; answers the exit status for it. */
export function showRefusal(refusal: AdministrationRefusal, isJson: boolean): number {
  const { declined, sentence: said, ...more } = refusal;
  const sentence = more.hosts === undefined ? said : adviseYes(said, more.hosts);
  if (isJson) console.log(jsonText({ error: { code: declined, message: sentence, ...more } }));
  console.error(sentence);
  return 1;
}
