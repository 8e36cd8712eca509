/** A sentence that says what will happen, and how it is agreed to on a command line. */
export function adviseYes(sentence: string, hosts: number): string {
  return `${sentence} To go ahead, say --yes ${hosts}.`;
}
