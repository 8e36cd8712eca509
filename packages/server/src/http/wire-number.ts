/** The `N` of a path: decimal digits alone, as far as a number is exact. Undefined for anything else. */
export function readWireNumber(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}
