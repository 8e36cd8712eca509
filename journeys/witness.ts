import { type FernetKey, openFernet } from '@remotes/protocol/crypto/fernet';
import { type Front, startFront } from './front.ts';

/** A post that the server has answered with 201. */
export type Acknowledged = {
  readonly hostToken: string;
  readonly command: number;
  readonly outputId: number;
  readonly fields: { readonly output: string; readonly result: string };
};

export type Witness = Front & { readonly acknowledged: readonly Acknowledged[] };

/** Stands between hosts and server, and writes down what the server has said that it stored. */
export async function startWitness(target: () => string): Promise<Witness> {
  const acknowledged: Acknowledged[] = [];
  const front = await startFront(target, {
    heard({ path, headers, sent, status, answered }) {
      if (status !== 201) return;
      acknowledged.push({
        hostToken: String(headers.authorization).replace('Token ', ''),
        command: Number(/\/commands\/post\/(\d+)/.exec(path)?.[1]),
        outputId: JSON.parse(answered.toString()).results.id,
        fields: JSON.parse(sent.toString()),
      });
    },
  });
  return { ...front, acknowledged };
}

/** What was posted, opened. */
export function openFields(key: FernetKey, { fields }: Acknowledged): { output: string; result: string } {
  const open = (sealed: string) => {
    const bytes = openFernet(key, sealed);
    if (!bytes) throw new Error('What was acknowledged cannot be opened.');
    return bytes.toString();
  };
  return { output: open(fields.output), result: open(fields.result) };
}
