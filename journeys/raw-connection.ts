import { connect, type Socket } from 'node:net';

export type RawAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type RawConnection = {
  /** Writes a request as it is; its answer, or undefined when the server closed without one. */
  exchange(request: Buffer): Promise<RawAnswer | undefined>;
  close(): void;
};

/** A connection below HTTP: nothing is checked or set right on the way out. It is opened again when the server ends it. */
export function openRawConnection(port: number): RawConnection {
  let socket: Socket | undefined;
  return {
    exchange(request) {
      socket ??= connect(port, '127.0.0.1')
        .setNoDelay()
        .on('error', () => {});
      const current = socket;
      const isHead = request.subarray(0, 5).toString('latin1') === 'HEAD ';
      return new Promise((resolve) => {
        let received = Buffer.alloc(0);
        const finish = (answer: RawAnswer | undefined, isOver: boolean) => {
          current.off('data', onData).off('close', onClose);
          if (isOver) {
            current.destroy();
            if (socket === current) socket = undefined;
          }
          resolve(answer);
        };
        const onData = (bytes: Buffer) => {
          received = Buffer.concat([received, bytes]);
          const read = readAnswers(received, isHead).answers.find(({ status }) => status >= 200);
          if (read) finish(read, read.headers.connection === 'close');
        };
        const onClose = () => finish(undefined, true);
        current.on('data', onData).on('close', onClose);
        current.write(request);
      });
    },
    close() {
      socket?.destroy();
    },
  };
}

/** Sends bytes, then nothing more; everything that came back until the server closed. */
export function sendAndListen(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(parts)));
  });
}

/** The answers at the front of what was received, as far as they are whole, and what follows them. */
export function readAnswers(received: Buffer, isHead = false): { answers: RawAnswer[]; rest: Buffer } {
  const answers: RawAnswer[] = [];
  let rest = received;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return { answers, rest };
    const [first = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]);
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 1).trim(),
      ]),
    );
    const length = isHead || status < 200 ? 0 : Number(headers['content-length']);
    if (rest.length < end + 4 + length) return { answers, rest };
    const body = rest.subarray(end + 4, end + 4 + length).toString();
    answers.push({ status, headers, body });
    rest = rest.subarray(end + 4 + length);
  }
}
