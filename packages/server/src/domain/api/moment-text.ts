/** A moment as answers say it: RFC 3339 in UTC. */
export function momentText(at: number): string {
  return new Date(at).toISOString();
}

export function maybeMomentText(at: number | null): string | null {
  return at === null ? null : momentText(at);
}
