const shape =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** The moment that an ISO 8601 date and time with zone stands for; undefined when there is no such moment. */
export function readDateTime(text: string): number | undefined {
  const found = shape.exec(text);
  if (!found) return undefined;
  const [, day, time, sign, hours = 0, minutes = 0] = found;
  const local = Date.parse(`${day}T${time}Z`);
  // A day that its month does not have is taken for one of the next month.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${day}`)) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? local + offsetMs : local - offsetMs;
}

/** The same in UTC, as short as it can be said to the millisecond. */
export function dateTimeText(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
