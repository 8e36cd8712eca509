import { type Static, Type } from 'typebox';

/**
 * Why a host did not run what it was given. `manifest_…` and the two after are about what the server signed; each has its
 * section in PROTOCOL.md.
 */
export const RunRefusal = Type.Enum([
  'manifest_unsigned',
  'manifest_of_other_server',
  'manifest_early',
  'manifest_expired',
  'manifest_replayed',
  'manifest_misaddressed',
  'inclusion_unproved',
  'program_altered',
  'inputs_altered',
  'journal_full',
]);
export type RunRefusal = Static<typeof RunRefusal>;
