/** What a change was refused for. Nothing of a refused change was done. */
export type DeclineCode =
  | 'unknown_host'
  | 'unknown_hosts_group'
  | 'unknown_registration_token'
  | 'unknown_command'
  | 'ambiguous_command'
  | 'unknown_run'
  | 'unsuitable_name'
  | 'unsuitable_state'
  | 'needs_yes'
  | 'not_found'
  | 'not_allowed'
  | 'name_taken'
  | 'unsuitable_value'
  | 'version_changed';

/** An administrator's refusal as plain data: a known code, and a sentence that says what is wrong and what to do. */
export type AdministrationRefusal = {
  readonly declined: DeclineCode;
  readonly sentence: string;
  /** With `needs_yes`: the number of hosts that wants to be agreed to. */
  readonly hosts?: number;
};

export function decline(code: DeclineCode, sentence: string): AdministrationRefusal {
  return { declined: code, sentence };
}

export function isDeclined(answer: unknown): answer is AdministrationRefusal {
  return typeof answer === 'object' && answer !== null && 'declined' in answer;
}
