import { agoText, localTime } from '@remotes/protocol/screen/time-text';

/** A moment of the API in the zone of whoever reads it; nothing for none. */
export function timeText(moment: string | null | undefined): string {
  return moment === null || moment === undefined ? '' : localTime(Date.parse(moment));
}

/** The same as how long ago it was. */
export function sinceText(moment: string | null | undefined): string {
  return moment === null || moment === undefined ? '' : agoText(Date.parse(moment), Date.now());
}
