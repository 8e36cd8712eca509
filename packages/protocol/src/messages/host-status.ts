import { type Static, Type } from 'typebox';
import { HostStatusAnswer } from '../requests/host-status.ts';

/** Client to server: who am I? */
export const AskHostStatus = Type.Object({ type: Type.Literal('host_status') });
export type AskHostStatus = Static<typeof AskHostStatus>;

/** Server to client: what v1 answers to the same question. */
export const TellHostStatus = Type.Object({ type: Type.Literal('host'), answer: HostStatusAnswer });
export type TellHostStatus = Static<typeof TellHostStatus>;
