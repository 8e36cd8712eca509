import type { EventPlace } from '../ports.ts';

/** Whether one place in the order of events comes before another one. */
export function isBefore(one: EventPlace, other: EventPlace): boolean {
  return one.xid === other.xid ? one.number < other.number : BigInt(one.xid) < BigInt(other.xid);
}

/** A place as readers are told it. It names the store: in one that was put back from a backup it stands for nothing. */
export function placeText(storeId: string, { xid, number }: EventPlace): string {
  return `${storeId.slice(0, 8)}-${xid}-${number}`;
}

/** Undefined for a text that names no place in this store. */
export function readPlace(storeId: string, text: string): EventPlace | undefined {
  const found = /^([0-9a-f]{8})-(\d{1,20})-(\d{1,15})$/.exec(text);
  const [, store, xid = '', number] = found ?? [];
  // PostgreSQL refuses what 64 bits do not hold.
  if (store !== storeId.slice(0, 8) || BigInt(xid) >= 2n ** 64n) return undefined;
  return { xid, number: Number(number) };
}
