import type { WebSocket } from 'ws';
import type { HostSocket, SocketEars } from './host-socket.ts';

/** A host is given a few programs at once; nothing that is said to it is larger. */
const mostUnsentBytes = 64 * 1024 * 1024;

/** Fits a WebSocket to what sessions speak with. */
export function fitWebSocket(webSocket: WebSocket, listen: (socket: HostSocket) => SocketEars): void {
  const ears = listen(
    Object.freeze({
      send(frame: string | Buffer) {
        // Whoever asks and never takes his answers would fill the memory with them.
        if (webSocket.bufferedAmount > mostUnsentBytes) return webSocket.terminate();
        // Without a callback a failure to write would be thrown; that it is over is told by 'close'.
        webSocket.send(frame, () => {});
      },
      ping() {
        if (webSocket.readyState === webSocket.OPEN) webSocket.ping();
      },
      setReading(isReading: boolean) {
        if (isReading) webSocket.resume();
        else webSocket.pause();
      },
      end(how: { readonly code: number; readonly reason: string } | 'cut') {
        if (how === 'cut') webSocket.terminate();
        else {
          // The other end's word that it closes too must be read.
          webSocket.resume();
          webSocket.close(how.code, how.reason);
        }
      },
    }),
  );
  webSocket.on('message', (data: Buffer, isBinary: boolean) => ears.heard(isBinary ? data : data.toString()));
  webSocket.on('pong', () => ears.answered());
  webSocket.on('ping', () => ears.answered());
  webSocket.on('close', (code: number) => ears.ended(code));
  // Followed by 'close', which says all there is to say.
  webSocket.on('error', () => {});
}
