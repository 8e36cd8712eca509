import { agoText, localTime } from '@remotes/protocol/screen/time-text';

/** A moment of the API in the zone of whoever reads it; nothing for none. */
export function timeText(moment: string | null | undefined): string {
  return moment === null || moment === undefined ? '' : localTime(Date.parse(moment));
}

/** A moment in a list: for people in their zone, for programs as the API says it. */
export type MomentCell = { readonly moment: string };

export function momentCell(moment: string | null | undefined): MomentCell | undefined {
  return moment === null || moment === undefined ? undefined : { moment };
}

/** The same as how long ago it was. */
export function sinceText(moment: string | null | undefined): string {
  return moment === null || moment === undefined ? '' : agoText(Date.parse(moment), Date.now());
}
