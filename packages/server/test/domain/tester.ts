import type { Author } from '../../src/domain/operators/actor.ts';

/** Who changes things where a test asks for a decision itself. */
export const tester: Author = {
  kind: 'local',
  operatorId: null,
  name: 'tester',
  tokenName: null,
  address: null,
  requestId: null,
};

export const asTester = { by: tester, within: null };
