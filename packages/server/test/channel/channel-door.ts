import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createChannel } from '../../src/channel/channel.ts';
import type { MeasureChannel } from '../../src/channel/door.ts';
import { type Pace, usualPace } from '../../src/channel/pace.ts';
import type { Limits, Mind } from '../../src/domain/mind.ts';
import type { HttpOptions } from '../../src/http/door.ts';
import type { OpenDatabase } from '../databases.ts';
import { openDoor } from '../http/open-door.ts';
import { type HostKeys, newHostKeys, openSealedHost } from '../sealed-host.ts';

type Differing = {
  limits?: Partial<Limits>;
  tls?: { cert: string; key: string };
  pace?: Partial<Pace>;
  maxConnections?: number;
  measureRequest?: HttpOptions['measureRequest'];
  measureChannel?: MeasureChannel;
  mind?: (mind: Mind) => Partial<Mind>;
};

/** A server with the live channel on a real port, and hosts that are verified. Closed when the test ends. */
export async function openChannelDoor(
  database: OpenDatabase,
  { pace, mind: differing, measureChannel, ...options }: Differing = {},
) {
  let fails = false;
  const door = await openDoor(database, {
    mind: (usual) => {
      const { storage, ...others } = { ...usual, ...differing?.(usual) };
      const decide: typeof storage.decide = (name, input) =>
        fails ? Promise.reject(new Error('The memory fails.')) : storage.decide(name, input);
      return { ...others, storage: { ...storage, decide } };
    },
    ...options,
    channel: (mind) =>
      createChannel(mind, pino({ level: 'silent' }), {
        pace: { ...usualPace, stopMs: 200, ...pace },
        measure: measureChannel,
      }),
  });
  onTestFinished(() => door.mind.delivery.stop());
  return {
    ...door,
    enrolOverV1: door.enrol,
    /** From now on no decision is taken, or each is again. */
    fail(isWanted: boolean) {
      fails = isWanted;
    },
    /** The keys of a host that has been verified and has proved its channel key. */
    async enrol(): Promise<HostKeys> {
      const keys = newHostKeys();
      const host = await openSealedHost(door.url, keys);
      await host.enter(await door.addToken());
      return keys;
    },
  };
}
