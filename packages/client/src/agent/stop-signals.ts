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
      say(`${name}: the current run, if any, is finished and reported first; a second signal ends it`);
      return finish.abort();
    }
    say(`${name}: the current run is stopped and reported; a third signal ends the client at once`);
    stop.abort();
    close();
  };
  const close = () => {
    for (const name of names) process.off(name, onSignal);
  };
  for (const name of names) process.on(name, onSignal);
  return { finish: finish.signal, stop: stop.signal, close };
}
