import type { RunRefusal } from '@remotes/protocol/values/run-refusal';

/** Why a run was not executed, for people: the rest of "it was not executed: …". */
export const refusalWords: Readonly<Record<RunRefusal, string>> = {
  manifest_unsigned: 'its manifest is not signed with the key that the server has proved',
  manifest_of_other_server: 'its manifest is that of another server',
  inclusion_unproved: 'nothing proves that its manifest is meant for this host',
  manifest_misaddressed: 'its manifest is meant for another host or another run',
  program_altered: 'its program is not the one that was signed',
  inputs_altered: 'its inputs are not those that were signed',
  manifest_early: 'its manifest says that it may not begin yet',
  manifest_expired: 'its manifest has expired',
  manifest_replayed: 'it has begun here before',
  journal_full: 'the journal cannot take it',
};
