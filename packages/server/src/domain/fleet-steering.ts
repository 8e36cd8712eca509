/** The settings that steer the server itself; all others are for commands alone. */
export const steeringNames: readonly string[] = [
  'server_url',
  'app_name',
  'hosts_group_auto_add',
  'apilog_enable_logging',
  'apilog_include_arguments',
  'apilog_filter_users',
  'confirm_above_hosts',
  'second_factor_required_for',
];

/** What is wrong with the value of a setting that steers the server, where the server would only pass it over. */
export function problemOfSteering(name: string, value: string): string | undefined {
  const text = value.trim();
  if (text === '') return undefined;
  if (name === 'confirm_above_hosts' && !/^\d+$/.test(text)) {
    return '"confirm_above_hosts" must be a whole number of hosts.';
  }
  if (name === 'server_url' && !/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    return '"server_url" must be a URL such as https://remotes.example.com/.';
  }
  if (name === 'second_factor_required_for' && !namesRoles(text)) {
    return '"second_factor_required_for" must name roles: viewer, operator or admin, with spaces or commas between them.';
  }
  return undefined;
}

/** A role that is none would be required of nobody. */
function namesRoles(text: string): boolean {
  const words = text.toLowerCase().split(/[\s,]+/);
  return words.every((word) => ['', 'viewer', 'operator', 'admin'].includes(word));
}
