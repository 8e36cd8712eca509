/** Whether a text holds what is looked for, whatever the case of its letters; nothing is looked for where it is absent. */
export function holdsText(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}
