import type { JsonSchema } from './closed-shape.ts';

/** What a member means wherever it stands, for those that say nothing of their own (`about`). */
export const memberWords: Readonly<Record<string, string>> = {
  address: 'The IP address that it came from.',
  after_at: 'Nothing of it is due before this moment; null for no such limit.',
  agent: 'The program, as its `User-Agent` says.',
  architecture: 'As the host says: `x64`, `arm64` …',
  asked: 'How many were asked to end.',
  at: 'When it happened.',
  at_ms: 'When it was signed, in milliseconds since 1970.',
  attempt: 'Which delivery of this run it is, from 1.',
  attempts: 'How often it may be delivered to a host as long as nobody knows how it ended; usually 1.',
  away: 'How many are silent for three times their usual interval.',
  base64: 'In place of `text` where the bytes are no UTF-8.',
  before_at: 'Nothing of it is due from this moment on; null for no such limit.',
  category: 'With the name it identifies a variable: `os` in `os/kernel`.',
  ceremony: 'What the request for the options gave, as it was given.',
  changed: 'The hosts as they are now, or would be.',
  changes: 'What was done, or would be, one by one.',
  channel_key: 'The Ed25519 key by which the host proves itself.',
  channel_key_enrolled_at: 'When the host proved that key for the first time.',
  chunk: 'The number of the piece, from 0, over both streams.',
  client_agent: 'The name of the client, as its header says.',
  client_version: 'The version of the client, as it says.',
  confirmed_until_at:
    'Until then passwords, factors and tokens may be changed without showing the password again.',
  created_at: 'When it was made.',
  cursor: 'What the page before said as `next`; absent for the first page.',
  delivered: 'Handed to their hosts, and not said to have begun.',
  delivered_at: 'When it was handed to the host; null as long as it waits.',
  description: 'For people: what it is for.',
  detail: 'What is wrong this time and what to do, in a sentence that is safe to show.',
  details: 'What of it, a line each: `name: before → after`.',
  device_code: 'By which the program asks whether it was let in. Keep it secret.',
  dry_run: 'Show what would be done, and do nothing.',
  duration_ms: 'How long the answer took, in milliseconds.',
  ended: 'How many have ended.',
  ended_at: 'When the last of it ended; null as long as something is open.',
  exit_code: 'What the program exited with; null where there is none, or a v1 host did not tell.',
  expired: 'Not handed out before the job expired.',
  expires_at: 'From then on it counts no more.',
  finished_at: 'When its end was stored.',
  has_password: 'A password was set.',
  has_totp: 'One-time codes are a second factor of this account.',
  host: 'The host that it is about.',
  hostname: 'As the host says; its name here may be another.',
  hosts_verified: 'How many hosts were let in by it.',
  inputs: 'What it was handed: settings and variables by name; of secrets the name alone.',
  interpreter: 'What runs the program. `auto`: `sh`, and PowerShell on Windows.',
  interrupted: 'Nobody knows how they ended.',
  interval_seconds: 'How long to wait between two questions, in seconds.',
  is_active: 'Switched on: what is not active is offered to nobody.',
  is_dry_run: 'Nothing was done: this is what would be.',
  is_secret: 'The value is stored sealed and never shown again.',
  items: 'One page of the list.',
  job_id: 'The job that it belongs to.',
  last_address: 'The IP address that it came from last.',
  last_seen_at: 'When it came last; null as long as it never came.',
  last_used_at: 'When it was used last, to within some seconds; null as long as it never was.',
  limit: 'How many items a page has at most.',
  line: 'The line of the file, from 1.',
  must_approve: 'Hosts that register with it wait for approval.',
  next: 'The `cursor` of the next page; null at the end.',
  not_stoppable: 'How many run on hosts of the v1 protocol, which cannot be told to end.',
  operator_id: 'The account that it belongs to.',
  os: 'As the host says: `Linux`, `Windows` …',
  os_release: 'The release of the operating system, as the host says.',
  output_bytes: 'How many bytes of output are stored.',
  output_cut_bytes: 'How many bytes in the middle were not kept, because it was longer than the limit.',
  output_variables: 'Variables that the result is saved to for the host: item n to the nth of them.',
  parent_id: 'The job that was run again by this one; null for none.',
  presence:
    '`online`; `away`: silent for three times its usual interval; `never`: it has not come since it registered.',
  previous_key: 'The signing key until then.',
  program: 'The text of the program.',
  queued: 'Waiting to be handed out.',
  recovery_codes: 'Each good once in the place of a one-time code. Shown this once.',
  refused: 'Refused by their hosts.',
  registered_at: 'When it registered.',
  replaced_at: 'When another value took its place, or it was removed.',
  replaced_by: 'Who or what did that.',
  request_id: 'The id of the request, which stands in the log of the server too.',
  revision: 'Which version of the command, from 1: each edit is a new one.',
  revoked_at: 'When it was taken back; null as long as it counts.',
  running: 'Said to have begun.',
  saved_by: 'Ids of the commands whose result is saved to it.',
  set_at: 'When it was set.',
  set_by: 'Who or what set it: `run <uuid>`, `operator <name>` or `apply`.',
  settings: 'Settings that the program is handed, by name.',
  signal: 'The signal that ended the program, `SIGKILL` say; null where none did.',
  size: 'How many entries the record has.',
  state: 'Where it stands.',
  stop_after:
    'After so many failures nothing more is handed out: a number of hosts, or a share of them such as `10%`.',
  stop_asked_at: 'When its end was asked for; null as long as nobody did.',
  stop_on_failure: 'Where one of its commands fails on a host, those behind it wait there.',
  stopped: 'Ended because somebody asked for it.',
  targets: 'The hosts that it is for.',
  time: 'The clock of the server.',
  timed_out: 'Ended because they took too long.',
  timeout_seconds: 'How long it may take on a host, in seconds.',
  title: 'What the code means, in words.',
  until: 'When it was replaced.',
  user_code: 'What whoever lets the program in types: `ABCD-EFGH`.',
  usual_interval_seconds: 'The usual pause between two visits, in seconds; null until it came twice.',
  variables: 'Variables that the program is handed, by name.',
  was_paused: 'It was paused before.',
  verified_at: 'When it proved its key and was let in; null before.',
  wave: 'How many hosts may have it under way at once: a number, or a share of them such as `10%`.',
  where: 'A filter over names, groups, states and facts: `os=linux and not name~"test-*"`.',
  which:
    'On which of its hosts: all, those where it failed (timed out, was stopped or refused), was interrupted, or never came.',
  will_run_on_hosts: 'On how many hosts commands will run, or would, because of it.',
  wire_number: 'The number by which the v1 protocol speaks of it.',
  yes: 'The number of hosts that is agreed to: wanted, as the very number, above the setting `confirm_above_hosts`.',
};

/** A schema whose members all say what they mean, as far as there are words. */
export function withWords(schema: JsonSchema): JsonSchema {
  return wordsIn(schema) as JsonSchema;
}

function wordsIn(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(wordsIn);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([keyword, value]) => [
      keyword,
      keyword === 'properties' ? describedMembers(value) : wordsIn(value),
    ]),
  );
}

function describedMembers(members: Readonly<Record<string, JsonSchema>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [name, { ...wordsOf(name), ...withWords(member) }]),
  );
}

function wordsOf(name: string): { description?: string } {
  const description = Object.hasOwn(memberWords, name) ? memberWords[name] : undefined;
  return description === undefined ? {} : { description };
}
