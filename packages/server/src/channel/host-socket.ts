/** A connection as sessions speak with it. */
export type HostSocket = {
  /** Sends a text or a binary frame, after those that were sent before. */
  send(frame: string | Buffer): void;
  /** Calls the other end, which answers by itself if it is there. */
  ping(): void;
  /** Stops reading, or goes on. */
  setReading(isReading: boolean): void;
  /** Ends the connection: with a code after what was sent, or at once, where nobody is there to read it. */
  end(how: { readonly code: number; readonly reason: string } | 'cut'): void;
};

/** What a session is told of its connection. */
export type SocketEars = {
  heard(frame: string | Buffer): void;
  /** The other end answered a call. */
  answered(): void;
  /** With this code; 1006 where the connection was cut. */
  ended(code: number): void;
};
