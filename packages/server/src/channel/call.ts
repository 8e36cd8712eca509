import type { HostSocket } from './host-socket.ts';

/** Asks whether the other end is still there. */
export type Call = {
  /** True once it answers or says anything; false when it is silent for too long, or gone. */
  isAnswered(): Promise<boolean>;
  settle(isThere: boolean): void;
};

export function createCall(socket: HostSocket, patienceMs: number): Call {
  let asked: Promise<boolean> | undefined;
  let settle = (_isThere: boolean) => {};
  return Object.freeze({
    isAnswered() {
      asked ??= new Promise((resolve) => {
        const timer = setTimeout(() => settle(false), patienceMs);
        settle = (isThere) => {
          clearTimeout(timer);
          settle = () => {};
          asked = undefined;
          resolve(isThere);
        };
        socket.ping();
      });
      return asked;
    },
    settle: (isThere: boolean) => settle(isThere),
  });
}
