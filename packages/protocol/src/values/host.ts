import { type Static, Type } from 'typebox';

/** A host's standing with the server. */
export const HostState = Type.Enum(['registered', 'pending', 'verified', 'disabled']);
export type HostState = Static<typeof HostState>;
