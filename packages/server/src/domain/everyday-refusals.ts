/** What honest hosts hear on an ordinary day; anything else may be somebody in the middle. */
export const everydayRefusals: ReadonlySet<string> = new Set([
  'session_ended',
  'past_wanted',
  'report_illegal',
  'host_not_approved',
  'host_disabled',
  'output_wanted',
]);
