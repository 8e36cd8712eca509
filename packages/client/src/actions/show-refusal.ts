import type { MessageRefusal } from '@remotes/protocol/messages/refusal';
import type { Context } from '../context.ts';
import { oneLine } from '../network/server-answer.ts';

/** Prints a sealed refusal as v1 words one, with its code, and says so. Returns the exit code. */
export function showRefusal({ print, say }: Context, { code, sentence }: MessageRefusal): 2 {
  print(JSON.stringify({ detail: sentence, code }));
  say(`the server refused: ${oneLine(sentence)} (${oneLine(code)})${hints[code] ?? ''}`);
  return 2;
}

const newToken = ': ask for a new registration token';
const hints: Readonly<Record<string, string>> = {
  invalid_token: newToken,
  token_expired: newToken,
  token_revoked: newToken,
  token_used_up: newToken,
  channel_key_enrolled:
    ': bring back the channel key file that this host had, or ask an administrator to run "remotes-server hosts allow-v1" for it, and try again',
  proof_invalid:
    ": the server does not know this host by this private key; its administrator can tell whether the host is there, and whether these files are another's",
};
