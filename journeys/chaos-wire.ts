import type { Socket } from 'node:net';
import { type Direction, type Forwarder, startForwarder } from './forwarder.ts';
import type { SeededRandom } from './seeded-random.ts';

const tricks = ['cut', 'delay', 'halve', 'repeat'] as const;
type Trick = (typeof tricks)[number];

export type ChaosWire = Forwarder & {
  readonly url: string;
  /** Of how many pieces of a stream one is meddled with; 0: none. */
  rage(oneOf: number): void;
  /** How often each trick was played, each way. */
  readonly played: ReadonlyMap<`${Trick} ${Direction}`, number>;
};

/** A wire between hosts and servers that, when it rages, cuts connections, delays bytes, drops half of them, or says them twice. */
export async function startChaosWire(
  targets: () => readonly string[],
  random: SeededRandom,
): Promise<ChaosWire> {
  const played = new Map<`${Trick} ${Direction}`, number>();
  for (const trick of tricks) for (const way of ways) played.set(`${trick} ${way}`, 0);
  let oneOf = 0;
  const draw = (way: Direction): Trick | undefined => {
    if (oneOf === 0 || random.integer(oneOf) > 0) return undefined;
    const trick = random.pick(tricks);
    const name = `${trick} ${way}` as const;
    played.set(name, (played.get(name) ?? 0) + 1);
    return trick;
  };
  const forwarder = await startForwarder(targets, (from, to, way) => {
    from.on('data', (bytes: Buffer) => play(draw(way), bytes, from, to));
  });
  return {
    ...forwarder,
    url: `http://127.0.0.1:${forwarder.port}`,
    rage(next) {
      oneOf = next;
    },
    played,
  };

  function play(trick: Trick | undefined, bytes: Buffer, from: Socket, to: Socket): void {
    const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
    if (trick === 'delay') {
      from.pause();
      setTimeout(() => {
        if (!to.destroyed) to.write(bytes);
        from.resume();
      }, random.integer(300));
    } else if (trick === 'cut') to.write(half, () => to.destroy());
    else {
      const isTaken = to.write(trick === 'halve' ? half : bytes);
      if (trick === 'repeat') to.write(bytes);
      if (isTaken) return;
      from.pause();
      to.once('drain', () => from.resume());
    }
  }
}

const ways: readonly Direction[] = ['to server', 'to host'];
