import type { Duplex } from 'node:stream';

/**
 * Bounds what those say who have not said hello yet: anybody may connect, and a frame is in memory until it is whole. A
 * greeting takes a few thousand bytes; one that needs more gets it as long as all of them together do not take too much.
 */
export type StrangerBytes = {
  /** Counts what comes by this socket until the answer is called. Cuts it where it is too much. */
  count(socket: Duplex): () => void;
};

export function createStrangerBytes({
  usual = 64 * 1024,
  most = 4 * 1024 * 1024,
  ofAll = 64 * 1024 * 1024,
} = {}): StrangerBytes {
  let allBeyond = 0;
  return Object.freeze({
    count(socket: Duplex) {
      let bytes = 0;
      let beyond = 0;
      const stop = () => {
        socket.off('data', look);
        socket.off('close', stop);
        allBeyond -= beyond;
        beyond = 0;
      };
      const look = (data: Buffer) => {
        bytes += data.length;
        const more = Math.max(0, bytes - usual) - beyond;
        beyond += more;
        allBeyond += more;
        if (more > 0 && (bytes > most || allBeyond > ofAll)) socket.destroy();
      };
      socket.on('data', look);
      socket.once('close', stop);
      return stop;
    },
  });
}
