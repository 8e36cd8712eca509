const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A moment in the zone of whoever reads it: `2026-11-23 17:05:09`. */
export function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** A moment for programs: ISO 8601 in UTC; null stays null. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** `0.4 s`, `12 s`, `3 min`, `5 h`, `9 d`: one unit, rounded down. */
export function durationText(durationMs: number): string {
  if (durationMs < 10 * secondMs) return `${(Math.max(0, durationMs) / secondMs).toFixed(1)} s`;
  if (durationMs < 2 * minuteMs) return `${Math.floor(durationMs / secondMs)} s`;
  if (durationMs < 2 * hourMs) return `${Math.floor(durationMs / minuteMs)} min`;
  if (durationMs < 2 * dayMs) return `${Math.floor(durationMs / hourMs)} h`;
  return `${Math.floor(durationMs / dayMs)} d`;
}

/** How long ago; a clock that runs a little behind is not in the future. */
export function agoText(at: number, now: number): string {
  return now - at < secondMs ? 'just now' : `${durationText(now - at)} ago`;
}

const units: Readonly<Record<string, number>> = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs };

/** The moment that `7d`, `12h`, `30m`, `90s` or an ISO 8601 date or date-time stands for; undefined when it is none of them. */
export function readMoment(text: string, now: number): number | undefined {
  const span = /^(\d{1,9})([smhd])$/.exec(text);
  const at = span ? now + Number(span[1]) * units[span[2]!]! : readIso(text);
  return Number.isNaN(new Date(at).getTime()) ? undefined : at;
}

/** Without a zone it is meant as the clock of this machine shows it; a date is its midnight. */
function readIso(text: string): number {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text))
    return Number.NaN;
  // Date takes the 30th of February for the 2nd of March.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  if (new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return Number.NaN;
  const moment = text.replace(' ', 'T');
  return new Date(moment.includes('T') ? moment : `${moment}T00:00`).getTime();
}
