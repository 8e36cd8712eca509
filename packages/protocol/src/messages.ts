import type { Static, TSchema } from 'typebox';
import { Call } from './messages/call.ts';
import { Claim, Claimed, GiveRun } from './messages/claim.ts';
import { Commands, ListCommands } from './messages/commands-list.ts';
import { Enrol, Enrolled } from './messages/enrol.ts';
import { Finished, Stored } from './messages/finished.ts';
import { Goodbye } from './messages/goodbye.ts';
import { Hello, Welcome } from './messages/hello.ts';
import { AskHostStatus, TellHostStatus } from './messages/host-status.ts';
import { Output } from './messages/output.ts';
import { Prove, Proved } from './messages/prove.ts';
import { Ran, Recalled } from './messages/ran.ts';
import { MessageRefusal } from './messages/refusal.ts';
import { Refused } from './messages/refused.ts';
import { Register, Registered } from './messages/register.ts';
import { Renew } from './messages/renew.ts';
import { KeyRotated, RotateKey } from './messages/rotate-key.ts';
import { Started, Stop } from './messages/started.ts';
import { Verified, Verify } from './messages/verify.ts';
import { compiledCheck } from './values/compiled-check.ts';

export { capability } from './values/capability.ts';

/** What a host may say, by type. PROTOCOL.md has a section for each. */
export const hostMessages = {
  register: Register,
  verify: Verify,
  enrol: Enrol,
  prove: Prove,
  rotate_key: RotateKey,
  hello: Hello,
  ran: Ran,
  host_status: AskHostStatus,
  commands_list: ListCommands,
  claim: Claim,
  started: Started,
  output: Output,
  finished: Finished,
  refused: Refused,
} as const;

/** What a server may say, by type. */
export const serverMessages = {
  registered: Registered,
  verified: Verified,
  enrolled: Enrolled,
  proved: Proved,
  key_rotated: KeyRotated,
  renew: Renew,
  welcome: Welcome,
  recalled: Recalled,
  host: TellHostStatus,
  commands: Commands,
  run: GiveRun,
  claimed: Claimed,
  stored: Stored,
  stop: Stop,
  call: Call,
  goodbye: Goodbye,
  refusal: MessageRefusal,
} as const;

export type HostMessage = Static<(typeof hostMessages)[keyof typeof hostMessages]>;
export type ServerMessage = Static<(typeof serverMessages)[keyof typeof serverMessages]>;

/** `unknown`: a type that a newer other end may have; it is passed over. `malformed`: a known type in a shape that it never has. */
export type Reading<Known> = Known | 'unknown' | 'malformed';

export const readHostMessage = readerOf<HostMessage>(hostMessages);

export const readServerMessage = readerOf<ServerMessage>(serverMessages);

/** Members that the schema does not name are let pass: a newer end may have sent them. */
function readerOf<Known>(schemas: Readonly<Record<string, TSchema>>) {
  const checks = new Map(Object.entries(schemas).map(([type, schema]) => [type, compiledCheck(schema)]));
  return (message: { readonly type: string }): Reading<Known> => {
    const check = checks.get(message.type);
    if (check === undefined) return 'unknown';
    return check(message) ? (message as Known) : 'malformed';
  };
}
