import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

type Side = 'host' | 'server';

/** One message of the live channel, as it goes by. */
export type Passing = {
  /** Who says it. */
  readonly from: Side;
  readonly opcode: number;
  /** Without its mask. */
  readonly data: Buffer;
  /** Of all connections. */
  readonly connection: number;
  /** Of the messages that this end says in this connection; pings and the like are none. */
  readonly number: number;
};

/** What is said in its place, in this order; undefined where it passes as it is. */
type Meddling = (passing: Passing) => readonly Frame[] | undefined;
type Frame = { readonly opcode: number; readonly data: Buffer };

export type ChannelMiddle = {
  readonly url: string;
  /** All bytes, both ways, as they were on the wire. */
  readonly wire: () => Buffer;
  readonly seen: readonly Passing[];
  meddle(meddling: Meddling): void;
  /** Cuts the newest connection off from this end, and keeps the other. */
  sever(side: Side): void;
};

export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export function closing(code: number, reason = ''): Frame {
  const data = Buffer.alloc(2);
  data.writeUInt16BE(code);
  return { opcode: opcodes.close, data: Buffer.concat([data, Buffer.from(reason)]) };
}

/** Somebody on the wire of the live channel, which is not of TLS: sees each frame, and changes what he likes. */
export async function startChannelMiddle(target: () => string): Promise<ChannelMiddle> {
  const seen: Passing[] = [];
  const wire: Buffer[] = [];
  const sockets = new Set<Socket>();
  let meddling: Meddling = () => undefined;
  let connections = 0;
  let sever: ChannelMiddle['sever'] = () => {};
  const server = createServer((host) => {
    const { port, hostname } = new URL(target());
    const far = connect(Number(port), hostname);
    const connection = connections++;
    const ends = { host, server: far };
    const send = (to: Side, frame: Frame) => ends[to].write(writeFrame(frame, to === 'server'));
    let isUpgraded = false;
    let isKept = false;
    for (const from of ['host', 'server'] as const) {
      const to = from === 'host' ? 'server' : 'host';
      let number = 0;
      const frames = readFrames((frame) => {
        const isMessage = frame.opcode < opcodes.close;
        const passing = { ...frame, from, connection, number: isMessage ? number++ : -1 };
        seen.push(passing);
        for (const one of meddling(passing) ?? [frame]) send(to, one);
      });
      let head = Buffer.alloc(0);
      sockets.add(ends[from]);
      ends[from].on('error', () => ends[to].destroy());
      ends[from].on('close', () => isKept || ends[to].destroy());
      ends[from].on('data', (data: Buffer) => {
        wire.push(data);
        if (isUpgraded) return frames(data);
        if (from === 'host') return far.write(data);
        head = Buffer.concat([head, data]);
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        isUpgraded = head.toString('latin1', 0, 12) === 'HTTP/1.1 101';
        host.write(isUpgraded ? head.subarray(0, end + 4) : head);
        const rest = head.subarray(end + 4);
        head = Buffer.alloc(0);
        if (!isUpgraded) return;
        sever = (side) => {
          isKept = true;
          ends[side].destroy();
        };
        frames(rest);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wire: () => Buffer.concat(wire),
    seen,
    meddle(next) {
      meddling = next;
    },
    sever: (side) => sever(side),
  };
}

/** Takes the frames of a WebSocket apart (RFC 6455 section 5.2). Nobody here cuts a message into several. */
function readFrames(take: (frame: Frame) => void): (data: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  return (data) => {
    waiting = Buffer.concat([waiting, data]);
    for (;;) {
      const [first = 0, second = 0] = waiting;
      const short = second & 0x7f;
      const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
      const maskAt = 2 + lengthBytes;
      const dataAt = maskAt + (second & 0x80 ? 4 : 0);
      if (waiting.length < dataAt) return;
      const length =
        lengthBytes === 0
          ? short
          : waiting.readUIntBE(maskAt - Math.min(lengthBytes, 6), Math.min(lengthBytes, 6));
      if (waiting.length < dataAt + length) return;
      const mask = waiting.subarray(maskAt, dataAt);
      const masked = waiting.subarray(dataAt, dataAt + length);
      const plain = Buffer.from(masked);
      if (mask.length > 0) for (let at = 0; at < length; at += 1) plain[at]! ^= mask[at % 4]!;
      waiting = waiting.subarray(dataAt + length);
      take({ opcode: first & 0x0f, data: plain });
    }
  };
}

function writeFrame({ opcode, data }: Frame, isMasked: boolean): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  head[1] = (isMasked ? 0x80 : 0) | 127;
  head.writeBigUInt64BE(BigInt(data.length), 2);
  // A mask of zeros changes nothing.
  const mask = isMasked ? Buffer.alloc(4) : Buffer.alloc(0);
  if (data.length > 65_535) return Buffer.concat([head, mask, data]);
  const short = Buffer.from([head[0]!, (isMasked ? 0x80 : 0) | Math.min(data.length, 126)]);
  const length = Buffer.alloc(data.length < 126 ? 0 : 2);
  if (length.length > 0) length.writeUInt16BE(data.length);
  return Buffer.concat([short, length, mask, data]);
}
