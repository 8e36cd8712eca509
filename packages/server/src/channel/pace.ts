import { liveHeartbeatSeconds } from '../domain/hello.ts';

/** How long this door waits for what, in milliseconds, and how many it lets in at once. */
export type Pace = {
  /** For the hello of whoever has connected. */
  readonly helloMs: number;
  /** Until a connection that says nothing is called, and until one that does not answer is cut. */
  readonly silenceMs: number;
  /** Until a connection is cut that says nothing under the seal. */
  readonly speechMs: number;
  /** After so long whoever has not said hello goes, where others wait to come in. */
  readonly roomMs: number;
  /** For a connection to show that it lives, when its host comes once more. */
  readonly callMs: number;
  /** Until those are cut at a stop that do not close. */
  readonly stopMs: number;
  /** How often all of them are looked at. */
  readonly tickMs: number;
  /** Connections that have not said hello yet; who comes when there are so many comes later. */
  readonly mostNewcomers: number;
};

export const usualPace: Pace = Object.freeze({
  helloMs: 10_000,
  silenceMs: liveHeartbeatSeconds * 1000,
  speechMs: 10 * liveHeartbeatSeconds * 1000,
  roomMs: 2_000,
  callMs: 5_000,
  stopMs: 3_000,
  tickMs: 1_000,
  mostNewcomers: 200,
});
