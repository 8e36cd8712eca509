/**
 * The pace at which hosts are let in: each costs a handshake and a look at what it holds. As long as too many have not said
 * hello yet, others are told to come later, at times so far apart that they do not all come at once again.
 */
export type Admission = { waitSeconds(newcomers: number): number };

const mostWaitSeconds = 8;

export function createAdmission(mostNewcomers: number, random: () => number = Math.random): Admission {
  return Object.freeze({
    waitSeconds: (newcomers: number) =>
      newcomers < mostNewcomers ? 0 : 1 + Math.floor(random() * mostWaitSeconds),
  });
}
