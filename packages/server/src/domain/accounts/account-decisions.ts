import type { Tables } from '../ports.ts';
import { decideApiToken, decideApiTokenRevocation } from './api-tokens.ts';
import { recordCredentialUse } from './credential-use.ts';
import { decideDeviceApproval } from './device-approval.ts';
import { decideDeviceLogin, decideDeviceSession } from './device-login.ts';
import { decideOperatorChange, decideOperatorRemoval } from './operator-change.ts';
import { decideLocalAdmin, decideOperator, decideSetupLink } from './operator-creation.ts';
import { decidePasskey } from './passkey-registration.ts';
import { decidePasskeyChange } from './passkeys.ts';
import { decidePassword } from './password-change.ts';
import { decideSignIn } from './session-begin.ts';
import { decideConfirmation } from './session-confirm.ts';
import { sessionIdleMs } from './session-life.ts';
import { decideSessionEnd, decideSessionsEnd } from './sessions.ts';
import { decideSetup } from './setup.ts';
import { decideAdminLink } from './setup-link.ts';
import { decideRefusedSignIn } from './sign-in.ts';
import { attemptsKeptMs, decideAttempt } from './sign-in-attempts.ts';
import { decideTotpBeginning, decideTotpEnrolment } from './totp-enrolment.ts';
import { decideRecoveryCodes, decideTotpRemoval } from './totp-removal.ts';

/** Everything that changes accounts. */
export const accountDecisions = {
  takeSignInAttempt: decideAttempt,
  refuseSignIn: decideRefusedSignIn,
  signIn: decideSignIn,
  confirmSession: decideConfirmation,
  endSession: decideSessionEnd,
  endSessions: decideSessionsEnd,
  useSetupLink: decideSetup,
  changePassword: decidePassword,
  beginTotp: decideTotpBeginning,
  enrolTotp: decideTotpEnrolment,
  removeTotp: decideTotpRemoval,
  renewRecoveryCodes: decideRecoveryCodes,
  addPasskey: decidePasskey,
  changePasskey: decidePasskeyChange,
  beginDeviceLogin: decideDeviceLogin,
  settleDeviceLogin: decideDeviceApproval,
  takeDeviceSession: decideDeviceSession,
  createOperator: decideOperator,
  createSetupLink: decideSetupLink,
  createAdmin: decideLocalAdmin,
  createAdminLink: decideAdminLink,
  changeOperator: decideOperatorChange,
  removeOperator: decideOperatorRemoval,
  createApiToken: decideApiToken,
  revokeApiToken: decideApiTokenRevocation,
  recordCredentialUse,
  pruneAccounts,
};

/** Removes what ended by itself. */
async function pruneAccounts(tables: Tables, { now }: { now: number }): Promise<void> {
  await tables.operatorSessions.prune(now, now - sessionIdleMs);
  await tables.setupLinks.prune(now);
  await tables.deviceLogins.prune(now);
  await tables.passkeys.pruneChallenges(now);
  await tables.signInAttempts.prune(now - attemptsKeptMs);
}
