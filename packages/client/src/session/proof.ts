import type { KeyObject } from 'node:crypto';
import { signFor } from '@remotes/protocol/crypto/sign';
import type { ServerMessage } from '@remotes/protocol/messages';
import { provingText } from '@remotes/protocol/values/signed-texts';
import type { Outgoing } from './sealed-session.ts';

/** Who this host is: the channel key signs what was said in this handshake. */
export function proofOf(transcript: Buffer, host: string, key: KeyObject): Outgoing {
  const signature = signFor('host handshake', key, provingText(transcript, host));
  return { type: 'prove', host, signature } as Outgoing;
}

export function isProofInvalid(answers: readonly ServerMessage[]): boolean {
  const [first] = answers;
  return first?.type === 'refusal' && first.of === 'prove' && first.code === 'proof_invalid';
}

export const keyUnknown =
  'the server does not take this host\'s proof: this host was removed there, an administrator has said hosts allow-v1, the server was restored from an older backup, or these files are another host\'s. Ask the administrator: a host that was removed registers anew with --action=new_host --force; to enrol another anew run --action=trust --fingerprint F with what "remotes-server keys show" says there';
