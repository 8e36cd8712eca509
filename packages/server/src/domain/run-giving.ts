import type { MasterKey } from '@remotes/protocol/crypto/seal';
import type { GiveRun } from '@remotes/protocol/messages/claim';
import type { ManifestLeaf } from '@remotes/protocol/values/manifest';
import type { CommandDefinition } from './definitions.ts';
import { inputsHash, signOrder } from './manifest.ts';
import type { Inputs } from './run-delivery.ts';
import { openSetting } from './secret-setting.ts';
import type { ServerKeyring } from './server-keyring.ts';

/** A run that was decided to be given to a host. */
export type RunDelivery = { id: string; attempt: number; command: CommandDefinition; inputs: Inputs };

export type RunToGive = RunDelivery & {
  readonly masterKey: MasterKey;
  readonly serverKeys: ServerKeyring;
  /** Of the host's RSA key. */
  readonly keyFingerprint: string;
  readonly now: number;
};

const dayMs = 24 * 60 * 60 * 1000;
/** Servers' clocks differ, and a host reckons from an answer that took its time. */
const clockSlackMs = 5 * 60 * 1000;

/** Spells these runs out for their hosts, in their order: what is ordered alike is signed once, with a leaf for each run. */
export function giveRuns(runs: readonly RunToGive[]): GiveRun[] {
  const prepared = runs.map((run, index) => ({ run, index, ...inputsOf(run) }));
  const given: GiveRun[] = [];
  for (const alike of Map.groupBy(prepared, ({ run }) => orderKey(run)).values()) {
    const { serverKeys, command, now } = alike[0]!.run;
    const { jobId, program, interpreter, timeoutSeconds, beforeAt } = command;
    const notBeforeMs = Math.max(0, now - clockSlackMs);
    const expiresAtMs = Math.min(now + dayMs, beforeAt ?? Number.POSITIVE_INFINITY);
    const order = { job: jobId, program, interpreter, timeoutSeconds, notBeforeMs, expiresAtMs };
    const leaves = alike.map(({ leaf }) => leaf);
    const { manifest, signature, proofs } = signOrder(serverKeys, order, leaves);
    for (const [leafIndex, { run, index, leaf, settings }] of alike.entries()) {
      given[index] = {
        type: 'run',
        run: run.id,
        attempt: run.attempt,
        wire_number: run.command.id,
        group: run.command.commandsGroupId,
        revision: run.command.revision,
        name: run.command.name,
        program,
        settings,
        variables: run.inputs.variables,
        manifest,
        signature,
        leaf,
        leaf_index: leafIndex,
        proof: [...(proofs[leafIndex] ?? [])],
      };
    }
  }
  return given;
}

/** Equal for runs that one manifest can cover. */
function orderKey({ serverKeys, command, now }: RunToGive): string {
  return `${serverKeys.signingKeyText} ${now} ${wordingOf(command)}`;
}

const wordings = new WeakMap<CommandDefinition, string>();

/** What a manifest says of a command. A program may be long, and many hosts are given the same one. */
function wordingOf(command: CommandDefinition): string {
  const known = wordings.get(command);
  if (known !== undefined) return known;
  const { jobId, program, interpreter, timeoutSeconds, beforeAt } = command;
  const wording = JSON.stringify([jobId, interpreter, timeoutSeconds, beforeAt, program]);
  wordings.set(command, wording);
  return wording;
}

function inputsOf({ id, attempt, inputs, masterKey, keyFingerprint }: RunToGive) {
  const settings = Object.fromEntries(
    inputs.settings.map((setting) => [setting.name, openSetting(masterKey, setting)]),
  );
  const { variables } = inputs;
  const leaf: ManifestLeaf = {
    run: id,
    attempt,
    host: keyFingerprint,
    inputs_sha256: inputsHash({ settings, variables }),
  };
  return { settings, leaf };
}
