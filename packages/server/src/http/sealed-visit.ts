import type { ServerMessage } from '@remotes/protocol/messages';

/**
 * Whether a visit tells how often a host comes: where it heard that nothing more is due. While it fetches and reports
 * one run after the other it comes many times in a row.
 */
export function visitKind(said: readonly ServerMessage[]): 'poll' | 'other' {
  const isPoll = said.some((one) => one.type === 'commands' || (one.type === 'claimed' && !one.has_more));
  return isPoll ? 'poll' : 'other';
}
