import { registerHost } from './host-register-decision.ts';

/** Everything that changes what is remembered. Each takes the tables of one transaction and plain data. */
export const decisions = {
  registerHost,
};
export type Decisions = typeof decisions;
