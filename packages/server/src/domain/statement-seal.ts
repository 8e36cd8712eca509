import { type MasterKey, openSealed, seal } from '@remotes/protocol/crypto/seal';
import type { Mind } from './mind.ts';
import type { RunStatementRow } from './ports.ts';
import { maskText } from './secret-mask.ts';
import { secretSpellings } from './secret-setting.ts';

/** What a host signed, for showing: null where it is sealed and no key is there to open it. */
export type ShownStatement = {
  readonly statement: string | null;
  readonly signature: string | null;
  readonly channelKey: string;
};

/**
 * What a host signed, as it is kept. Lengths and hashes of a text, and a signature too, tell whoever guesses whether he
 * is right: where secrets were masked in what is stored beside them, they are sealed.
 */
export async function keepableStatement(
  { masterKey, definitions }: Pick<Mind, 'masterKey' | 'definitions'>,
  signed: RunStatementRow,
  { runId, isMasked }: { readonly runId: string; readonly isMasked: boolean },
): Promise<RunStatementRow> {
  const { statement, signature, channelKey } = signed;
  const secrets = secretSpellings(masterKey, await definitions.current());
  if (!isMasked && maskText(statement, secrets) === statement) return signed;
  return {
    statement: seal(masterKey, statement, purpose.statement + runId),
    signature: seal(masterKey, signature, purpose.signature + runId),
    channelKey,
  };
}

/** The same as the host signed it, as far as this key opens it. */
export function shownStatement(
  masterKey: MasterKey | undefined,
  { statement, signature, channelKey }: RunStatementRow,
  runId: string,
): ShownStatement {
  if (statement.startsWith('{')) return { statement, signature, channelKey };
  const open = (text: string, context: string) =>
    (masterKey && openSealed(masterKey, text, context + runId)) ?? null;
  return {
    statement: open(statement, purpose.statement),
    signature: open(signature, purpose.signature),
    channelKey,
  };
}

const purpose = { statement: 'run statement:', signature: 'run signature:' };
