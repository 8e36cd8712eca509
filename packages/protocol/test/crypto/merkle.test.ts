import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inclusionProof, isIncluded, merkleRoot, merkleTree } from '../../src/crypto/merkle.ts';
import { startSealedPeer, testWithPeer } from '../python/sealed-peer.ts';

/** The leaves and roots by which implementations of Certificate Transparency are tested. */
const leaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('a Merkle tree', () => {
  test.each(roots.map((root, size) => ({ root, size })))(
    'of $size leaves has the known root',
    ({ root, size }) => {
      expect(merkleRoot(leaves.slice(0, size)).toString('hex')).toBe(root);
    },
  );

  const trees = fc
    .array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
    .chain((tree) => fc.tuple(fc.constant(tree), fc.nat(tree.length - 1)));

  test('proves each of its leaves', () => {
    fc.assert(
      fc.property(trees, ([tree, index]) => {
        const place = {
          index,
          size: tree.length,
          proof: inclusionProof(tree, index),
          root: merkleRoot(tree),
        };
        expect(isIncluded(tree[index]!, place)).toBe(true);
      }),
    );
  });

  test('made as a whole has the same root, and the same path for each leaf', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), (tree) => {
        const paths = tree.map((_, index) => inclusionProof(tree, index));
        expect(merkleTree(tree)).toEqual({ root: merkleRoot(tree), paths });
      }),
    );
  });

  test('proves nothing else: not another leaf, place, size, path or root', () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat(255), ([tree, index], where, bit) => {
        const place = {
          index,
          size: tree.length,
          proof: inclusionProof(tree, index),
          root: merkleRoot(tree),
        };
        const leaf = Buffer.from(tree[index]!);
        const other = Buffer.concat([leaf, Buffer.from([0])]);
        expect(isIncluded(other, place)).toBe(false);
        expect(isIncluded(leaf, { ...place, root: flipped(place.root, bit) })).toBe(false);
        expect(isIncluded(leaf, { ...place, proof: [...place.proof, place.root] })).toBe(false);
        expect(isIncluded(leaf, { ...place, index: tree.length })).toBe(false);
        if (place.proof.length === 0) return;
        expect(isIncluded(leaf, { ...place, proof: place.proof.slice(1) })).toBe(false);
        const at = where % place.proof.length;
        const forged = place.proof.map((hash, number) => (number === at ? flipped(hash, bit) : hash));
        expect(isIncluded(leaf, { ...place, proof: forged })).toBe(false);
      }),
    );
  });

  test('takes no leaf for a node: a pair of hashes is not in the tree', () => {
    const tree = leaves.slice(0, 4);
    const [left, right] = [merkleRoot(tree.slice(0, 2)), merkleRoot(tree.slice(2))];
    const pair = Buffer.concat([left, right]);
    expect(isIncluded(pair, { index: 0, size: 1, proof: [], root: merkleRoot(tree) })).toBe(false);
    expect(merkleRoot([pair])).not.toEqual(merkleRoot(tree));
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 60])('refuses index and size of %s without calculating', (wrong) => {
    const place = { index: 0, size: 1, proof: [], root: merkleRoot([leaves[1]!]) };
    expect(isIncluded(leaves[1]!, place)).toBe(true);
    expect(isIncluded(leaves[1]!, { ...place, index: wrong })).toBe(false);
    expect(isIncluded(leaves[1]!, { ...place, size: wrong })).toBe(false);
  });

  testWithPeer('has the roots and paths that another implementation calculates', async () => {
    const peer = startSealedPeer();
    try {
      for (const size of [1, 2, 3, 5, 8, 13, 33, 64, 65]) {
        const tree = Array.from({ length: size }, (_, number) => Buffer.from(`leaf ${number}`));
        const said = await peer.ask('merkle', { leaves: tree.map((leaf) => leaf.toString('base64url')) });
        const paths = tree.map((_, index) =>
          inclusionProof(tree, index).map((hash) => hash.toString('base64url')),
        );
        expect({ root: merkleRoot(tree).toString('base64url'), paths }).toEqual(said);
      }
    } finally {
      await peer.end();
    }
  });
});

function flipped(hash: Buffer, bit: number): Buffer {
  const other = Buffer.from(hash);
  other[bit >> 3]! ^= 1 << (bit & 7);
  return other;
}
