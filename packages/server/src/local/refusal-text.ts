import type { AdministrationRefusal } from '../domain/administration-refusal.ts';
import { jsonText } from './json-text.ts';

/** Says why nothing was done; answers the exit status for it. */
export function showRefusal(refusal: AdministrationRefusal, isJson: boolean): number {
  const { declined, sentence, ...more } = refusal;
  if (isJson) console.log(jsonText({ error: { code: declined, message: sentence, ...more } }));
  console.error(sentence);
  return 1;
}
