/** The moments at which a kill is hardest on "at most once, and never a result lost", in the order they are passed. */
export const crashPoints = [
  'journal-before-begin',
  'journal-begun',
  'program-ended',
  'journal-finished',
  'posted',
  'journal-stored',
] as const;
/** The sealed protocol passes these, too: a run was given and nothing is written yet; what it was is kept, and it is not forgotten yet. */
export const sealedCrashPoints = ['claimed', 'past-kept'] as const;
export type CrashPointName = (typeof crashPoints)[number] | (typeof sealedCrashPoints)[number];

let armed: string | undefined;

/** Chooses where this process will kill itself. Called once, at start; without a name nothing ever happens. */
export function armCrashPoint(name: string | undefined): void {
  armed = name;
}

/** Dies here, with no chance to tidy up, when this point is the armed one. */
export function crashPoint(name: CrashPointName): void {
  if (name === armed) process.kill(process.pid, 'SIGKILL');
}

/**
 * The same on the live channel, as `says:hello` or `hears:run`: a frame with such a message is about to leave, or has come and
 * is not heeded yet. An answer that says nothing is `hears:nothing`.
 */
export function wireCrashPoint(moment: 'says' | 'hears', types: readonly string[]): void {
  const said = types.length === 0 ? ['nothing'] : types;
  if (said.some((type) => armed === `${moment}:${type}`)) process.kill(process.pid, 'SIGKILL');
}
