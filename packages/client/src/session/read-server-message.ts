import type { ServerMessage } from '@remotes/protocol/messages';
import * as is from './shapes.ts';

/** `unknown`: a type that a newer server may have; it is passed over. `malformed`: a known type in a shape that it never has. */
export function readServerMessage(message: {
  readonly type: string;
}): ServerMessage | 'unknown' | 'malformed' {
  const shape = Object.hasOwn(shapes, message.type)
    ? shapes[message.type as ServerMessage['type']]
    : undefined;
  if (shape === undefined) return 'unknown';
  return shape(message) ? (message as ServerMessage) : 'malformed';
}

const aRun = { run: is.isUuid, attempt: is.wholeFrom(1) };
const manifest = is.objectOf({
  version: is.oneOf(1),
  server: is.isUuid,
  job: is.isUuid,
  program_sha256: is.isSha256,
  interpreter: is.isInterpreterName,
  timeout_ms: is.wholeFrom(1),
  not_before_ms: is.isTimeMs,
  expires_at_ms: is.isTimeMs,
  leaves: is.wholeFrom(1),
  root: is.isSha256,
});
const leaf = is.objectOf({ ...aRun, host: is.isText, inputs_sha256: is.isSha256 });
const hostStatus = is.objectOf({
  status: is.oneOf('OK'),
  app_name: is.isText,
  version: is.isText,
  id: is.isWhole,
  user_id: is.isWhole,
  user_name: is.isText,
  hosts_groups: is.listOf(is.objectOf({ id: is.isWhole, name: is.isText })),
});

const shapes: Readonly<Record<ServerMessage['type'], is.Shape>> = {
  registered: is.objectOf({ encrypted: is.isText }),
  verified: is.objectOf({ encrypted: is.isText, state: is.oneOf('verified', 'pending') }),
  enrolled: is.objectOf({}),
  proved: is.objectOf({ ticket: is.isText, expires_at_ms: is.isTimeMs }),
  key_rotated: is.objectOf({}),
  renew: is.objectOf({ instance: is.isBytes16 }),
  welcome: is.objectOf(
    {
      capability: is.wholeFrom(1),
      time_ms: is.isTimeMs,
      claim_limit: is.wholeFrom(1),
      heartbeat_seconds: is.wholeFrom(1),
      wants_past: is.isTruth,
      unknown: is.listOf(is.isUuid),
    },
    {
      report_limit_bytes: is.wholeFrom(65_536),
      beside_limit: is.wholeFrom(1),
      streams: is.listOf(is.objectOf({ ...aRun, stdout: is.wholeFrom(0), stderr: is.wholeFrom(0) })),
    },
  ),
  recalled: is.objectOf({ learnt: is.wholeFrom(0) }),
  host: is.objectOf({ answer: hostStatus }),
  commands: is.objectOf({ results: is.listOf(is.objectOf({ group: is.isWhole, command: is.isWhole })) }),
  run: is.objectOf(
    {
      ...aRun,
      wire_number: is.wholeFrom(1),
      group: is.wholeFrom(0),
      revision: is.wholeFrom(0),
      name: is.isText,
      program: is.isText,
      settings: is.recordOf(is.isText),
      variables: is.recordOf((value) => value === null || is.isText(value)),
      manifest,
      signature: is.isSignature,
      leaf,
      leaf_index: is.wholeFrom(0),
      proof: is.listOf(is.isBytes32, 64),
    },
    { time_ms: is.isTimeMs },
  ),
  claimed: is.objectOf({ runs: is.wholeFrom(0), has_more: is.isTruth, time_ms: is.isTimeMs }),
  stored: is.objectOf(aRun),
  stop: is.objectOf(aRun),
  call: is.objectOf({}),
  goodbye: is.objectOf({ code: is.isText, sentence: is.isText }),
  refusal: is.objectOf({ of: is.isText, code: is.isText, sentence: is.isText }, { run: is.isUuid }),
};
