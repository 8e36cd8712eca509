export type StopSignals = {
  /** Aborted by the first signal: what runs is finished, nothing more begun. */
  readonly finish: AbortSignal;
  /** Aborted by the second: the program that runs is ended. */
  readonly stop: AbortSignal;
  readonly close: () => void;
};

/** Listens for the signals with which a client is asked to end. */
export function listenForStop(
  names: readonly NodeJS.Signals[],
  say: (sentence: string) => void,
): StopSignals {
  const finish = new AbortController();
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (!finish.signal.aborted) {
      say(`${name}: the current run is finished and reported first; a second signal ends it`);
      finish.abort();
    } else if (!stop.signal.aborted) {
      say(`${name}: the current run is stopped`);
      stop.abort();
    }
  };
  for (const name of names) process.on(name, onSignal);
  return {
    finish: finish.signal,
    stop: stop.signal,
    close: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
