/** Whether it looks like what an operator is known by: an API token, or a session's. */
export function isTokenText(text: string): boolean {
  return /^rmt_(api|ses)_[A-Za-z0-9_-]{43}$/.test(text);
}
