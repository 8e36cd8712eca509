import { createHash } from 'node:crypto';

/** A SHA-256 hash, 32 bytes. */
export type Hash = Buffer;

/**
 * The root of the Merkle tree over these leaves (RFC 6962 section 2.1: a leaf is hashed behind a zero byte, a node
 * behind a one, so that neither passes for the other). Of no leaves it is the hash of nothing.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Hash {
  return leaves.length === 0 ? createHash('sha256').digest() : rootOf(leaves.map(leafHash));
}

/** The path that proves that leaf `index` is in the tree (RFC 6962 section 2.1.1), from the leaf's sibling upwards. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Hash[] {
  if (!(Number.isInteger(index) && index >= 0 && index < leaves.length)) throw new RangeError('no such leaf');
  return pathOf(leaves.map(leafHash), index);
}

/** The root, and the path of each leaf, in their order. */
export function merkleTree(leaves: readonly Uint8Array[]): {
  root: Hash;
  paths: readonly (readonly Hash[])[];
} {
  return leaves.length === 0 ? { root: merkleRoot(leaves), paths: [] } : treeOf(leaves.map(leafHash));
}

/** Whether the path proves that this leaf is number `index` of the tree of `size` leaves (RFC 9162 section 2.1.3.2). */
export function isIncluded(
  leaf: Uint8Array,
  { index, size, proof, root }: { index: number; size: number; proof: readonly Hash[]; root: Hash },
): boolean {
  if (!(Number.isSafeInteger(size) && Number.isInteger(index) && index >= 0 && index < size)) return false;
  let place = index;
  let last = size - 1;
  let hash = leafHash(leaf);
  for (const sibling of proof) {
    if (last === 0 || sibling.length !== hashBytes) return false;
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2 === 0 && place > 0) {
        place = half(place);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    place = half(place);
    last = half(last);
  }
  return last === 0 && hash.equals(root);
}

function rootOf(hashes: readonly Hash[]): Hash {
  const [first] = hashes;
  if (first !== undefined && hashes.length === 1) return first;
  const split = splitOf(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

function treeOf(hashes: readonly Hash[]): { root: Hash; paths: readonly (readonly Hash[])[] } {
  const [first] = hashes;
  if (first !== undefined && hashes.length === 1) return { root: first, paths: [[]] };
  const split = splitOf(hashes.length);
  const left = treeOf(hashes.slice(0, split));
  const right = treeOf(hashes.slice(split));
  return {
    root: nodeHash(left.root, right.root),
    paths: [
      ...left.paths.map((path) => [...path, right.root]),
      ...right.paths.map((path) => [...path, left.root]),
    ],
  };
}

function pathOf(hashes: readonly Hash[], index: number): Hash[] {
  if (hashes.length === 1) return [];
  const split = splitOf(hashes.length);
  const left = hashes.slice(0, split);
  const right = hashes.slice(split);
  return index < split
    ? [...pathOf(left, index), rootOf(right)]
    : [...pathOf(right, index - split), rootOf(left)];
}

/** The largest power of two below this count. */
function splitOf(count: number): number {
  let split = 1;
  while (split * 2 < count) split *= 2;
  return split;
}

function leafHash(leaf: Uint8Array): Hash {
  return createHash('sha256').update(leafByte).update(leaf).digest();
}

function nodeHash(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(nodeByte).update(left).update(right).digest();
}

// No shifts: they cut a size above 2^31.
function half(count: number): number {
  return Math.floor(count / 2);
}

const hashBytes = 32;
const leafByte = Buffer.from([0]);
const nodeByte = Buffer.from([1]);
