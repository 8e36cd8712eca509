/**
 * What is signed when keys are proved and enrolled, as text. Apart from the messages' schemas, because a host brings no
 * schema library. Keys are 43 characters of base64url, hosts are uuids.
 */

/** What the channel key signs (purpose `host handshake`) to say whose session this is; `transcript` is the session's, 32 bytes. */
export function provingText(transcript: Buffer, host: string): string {
  return `${transcript.toString('base64url')}\n${host}`;
}

/** What the host's RSA key signs (RSA-PSS) to enrol a channel key: worth nothing in another session, for another host or key. */
export function enrolmentText({
  transcript,
  host,
  channelKey,
}: {
  transcript: Buffer;
  host: string;
  channelKey: string;
}): string {
  return `remotes enrolment v1\n${transcript.toString('base64url')}\n${host}\n${channelKey}`;
}

/** What the old and the new channel key sign (purpose `channel key`) so that one takes the place of the other. */
export function rotationText(host: string, oldKey: string, newKey: string): string {
  return `${host}\n${oldKey}\n${newKey}`;
}
