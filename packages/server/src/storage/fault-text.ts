import { isRefusal, type Refusal } from '@remotes/protocol/errors';

/** A fault as plain data, for the way from one thread to another: an Error would arrive without its own members. */
export type FaultText = { message: string; stack: string | undefined; refusal: Refusal | undefined };

export function faultText(fault: unknown): FaultText {
  const refusal = isRefusal(fault) ? { refused: fault.refused, sentence: fault.sentence } : undefined;
  if (!(fault instanceof Error)) return { message: String(fault), stack: undefined, refusal };
  const cause = fault.cause instanceof Error ? `\nCaused by: ${fault.cause.stack}` : '';
  return { message: fault.message, stack: `${fault.stack}${cause}`, refusal };
}

export function faultFromText({ message, stack, refusal }: FaultText): Error {
  return Object.assign(new Error(message), { stack }, refusal);
}
