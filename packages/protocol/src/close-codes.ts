/**
 * How a connection of the live channel ends, by name. `code` is that of the WebSocket (RFC 6455 section 7.4). It is not
 * sealed, so anybody on the way can forge it: what is final is so only if a sealed `goodbye` has said it by this name.
 */
export const closeCodes = {
  going_away: { code: 1001, isFinal: false, sentence: 'This end goes away.' },
  too_long: { code: 1009, isFinal: false, sentence: 'This frame is longer than the server accepts.' },
  restarting: {
    code: 1012,
    isFinal: false,
    sentence: 'The server is stopping: come back after a short while.',
  },
  malformed: { code: 4400, isFinal: false, sentence: 'This is not said on the channel, or not so.' },
  seal_broken: { code: 4401, isFinal: false, sentence: 'The seal of a frame is broken.' },
  host_refused: {
    code: 4403,
    isFinal: false,
    sentence: 'This host is not served: ask again after a long while.',
  },
  hello_late: { code: 4408, isFinal: false, sentence: 'No hello came in time.' },
  duplicate_host: {
    code: 4409,
    isFinal: true,
    sentence: 'This host is connected already, from somewhere else, and that connection lives.',
  },
  session_ended: { code: 4410, isFinal: false, sentence: 'This session has ended: shake hands again.' },
  come_later: { code: 4429, isFinal: false, sentence: 'Too many come at once: come back later.' },
} as const satisfies Record<string, { code: number; isFinal: boolean; sentence: string }>;

export type CloseName = keyof typeof closeCodes;

/** The name of a code; undefined for codes that have none here, such as 1006 of a connection that was cut. */
export function closeNameOf(code: number): CloseName | undefined {
  return names.find((name) => closeCodes[name].code === code);
}

const names = Object.keys(closeCodes) as CloseName[];
