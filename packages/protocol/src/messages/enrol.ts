import { type Static, Type } from 'typebox';
import { Bytes32, Uuid } from '../values/text-forms.ts';

export { enrolmentText } from '../values/signed-texts.ts';

/** Client to server: a host that is verified already, by v1, enrols its channel key. From then on v1 is closed to it. */
export const Enrol = Type.Object({
  type: Type.Literal('enrol'),
  host: Uuid,
  channel_key: Bytes32,
  /** base64 of the RSA-PSS signature of `enrolmentText`. */
  proof: Type.String(),
});
export type Enrol = Static<typeof Enrol>;

export const Enrolled = Type.Object({ type: Type.Literal('enrolled') });
export type Enrolled = Static<typeof Enrolled>;
