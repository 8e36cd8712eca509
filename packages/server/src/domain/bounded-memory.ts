/** A memory that forgets first whatever was looked for longest ago. */
export type BoundedMemory<Key, Value> = {
  find(key: Key): Value | undefined;
  keep(key: Key, value: Value): Value;
  forget(key: Key): void;
};

export function createBoundedMemory<Key, Value>(capacity: number): BoundedMemory<Key, Value> {
  const values = new Map<Key, Value>();
  return Object.freeze({
    find(key: Key) {
      const known = values.get(key);
      if (known === undefined) return undefined;
      values.delete(key);
      values.set(key, known);
      return known;
    },
    keep(key: Key, value: Value) {
      values.delete(key);
      const oldest = values.keys().next();
      if (values.size >= capacity && !oldest.done) values.delete(oldest.value);
      values.set(key, value);
      return value;
    },
    forget(key: Key) {
      values.delete(key);
    },
  });
}
