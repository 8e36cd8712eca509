import { hostMessages, type ServerMessage } from '@remotes/protocol/messages';

/** What the API log keeps of a sealed request: which messages it held, and which were refused inside its answer. Nothing of what they say. */
export function sealedArguments(heard: readonly string[], said: readonly ServerMessage[]): string | null {
  const messages = [...new Set(heard)].filter((type) => Object.hasOwn(hostMessages, type));
  const refused = said.flatMap((one) => (one.type === 'refusal' ? [{ of: one.of, code: one.code }] : []));
  if (messages.length === 0 && refused.length === 0) return null;
  return JSON.stringify({ messages, ...(refused.length > 0 && { refused: refused.slice(0, mostRefused) }) });
}

const mostRefused = 20;
