import { type RefusalCode, refusals } from '@remotes/protocol/errors';

/** By which refusal of the protocol a request was stopped; `accepted` for a success, undefined for neither. */
export function refusalOfAnswer(status: number, body: string): RefusalCode | 'accepted' | undefined {
  if (status >= 200 && status < 300) return 'accepted';
  const codes = (Object.keys(refusals) as RefusalCode[]).filter((code) => refusals[code].status === status);
  // An answer to HEAD has no body to tell them apart.
  if (codes.length === 1 || body === '') return codes[0];
  const said = JSON.parse(body);
  return codes.find((code) => {
    const { form, sentence } = refusals[code];
    if (form === 'detail') return String(said.detail).startsWith(sentence);
    return form === 'message'
      ? said.message === sentence
      : said.message === undefined && said.status === 'ERROR';
  });
}
