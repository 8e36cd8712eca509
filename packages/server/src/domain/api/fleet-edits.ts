import type { Change } from '@remotes/protocol/operators/changes';
import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { v7 as uuidv7 } from 'uuid';
import type { AdministrationRefusal } from '../administration-refusal.ts';
import type { EditOutcome, EditRequest } from '../fleet-edit.ts';
import { sealFleetValues } from '../fleet-sealing.ts';
import type { Mind } from '../mind.ts';
import type { Actor, Author } from '../operators/actor.ts';

type Asked = {
  readonly mind: Mind;
  readonly actor: Actor;
  readonly author: Author;
  readonly wantedVersion: string | undefined;
};

/** What says how far somebody agrees to what a change sets in motion. */
type Agreement = { readonly yes?: number; readonly dry_run?: boolean };

/** Asks for the change of one thing of the fleet. */
export async function editFleet(
  { mind, actor, author, wantedVersion }: Asked,
  edit: EditRequest['edit'],
  { yes, dry_run: isDryRun = false }: Agreement = {},
): Promise<EditOutcome | AdministrationRefusal> {
  return mind.storage.decide('editFleet', {
    edit,
    wantedVersion: wantedVersion ?? null,
    sealedValues: await sealedValues(mind, edit),
    agreedHosts: yes ?? null,
    isDryRun,
    jobId: uuidv7(),
    now: mind.clock(),
    by: author,
    within: actor.hostsGroupIds,
  });
}

/** What a change did, or would do, as answers say it. */
export function changeAnswer(
  { changes, willRunOn, notes }: EditOutcome,
  { dry_run: isDryRun = false }: Agreement,
): Change {
  return {
    is_dry_run: isDryRun,
    changes: changes.map((change) => ({ ...change, details: [...change.details] })),
    will_run_on_hosts: willRunOn,
    notes: [...notes],
  };
}

/** Where it is decided there is no master key. */
async function sealedValues(
  { storage, masterKey }: Mind,
  edit: EditRequest['edit'],
): Promise<EditRequest['sealedValues']> {
  if (edit.kind !== 'setting' || 'isRemoval' in edit || edit.change.value === undefined) return {};
  const { value, isSecret } = edit.change;
  const file: FleetFile = {
    settings: [{ name: edit.name, value, ...(isSecret !== undefined && { secret: isSecret }) }],
  };
  return sealFleetValues(masterKey, await storage.tables.settings.list(), file);
}
