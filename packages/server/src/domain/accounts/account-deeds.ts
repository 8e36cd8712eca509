import { createApiToken, listApiTokens, revokeApiToken } from './api-tokens.ts';
import { approveDeviceLogin, denyDeviceLogin, showDeviceLogin } from './device-approval.ts';
import { beginDeviceLogin, takeDeviceSession } from './device-login.ts';
import { changeOperator, endOperatorsSessions, removeOperator } from './operator-change.ts';
import { createOperator, createSetupLink } from './operator-creation.ts';
import { listOperators, showOperator } from './operators-reading.ts';
import { beginPasskey, createPasskey } from './passkey-registration.ts';
import { beginPasskeySignIn, signInByPasskey } from './passkey-sign-in.ts';
import { listPasskeys, removePasskey, renamePasskey } from './passkeys.ts';
import { changePassword } from './password-change.ts';
import { confirmSession } from './session-confirm.ts';
import { endOtherSessions, endOwnSession, listSessions, signOut } from './sessions.ts';
import { useSetupLink } from './setup.ts';
import { signIn } from './sign-in.ts';
import { beginTotp, confirmTotp } from './totp-enrolment.ts';
import { removeTotp, renewRecoveryCodes } from './totp-removal.ts';
import { showSession } from './who-am-i.ts';

/** What is done about accounts, by the names of the contract. */
export const accountDeeds = {
  session_create: signIn,
  session_passkey_options: beginPasskeySignIn,
  session_passkey: signInByPasskey,
  session_show: showSession,
  session_end: signOut,
  session_confirm: confirmSession,
  sessions_list: listSessions,
  sessions_end: endOwnSession,
  sessions_end_others: endOtherSessions,
  setup: useSetupLink,
  account_password: changePassword,
  totp_begin: beginTotp,
  totp_confirm: confirmTotp,
  totp_remove: removeTotp,
  recovery_codes: renewRecoveryCodes,
  passkeys_list: listPasskeys,
  passkeys_options: beginPasskey,
  passkeys_create: createPasskey,
  passkeys_rename: renamePasskey,
  passkeys_remove: removePasskey,
  device_logins_create: beginDeviceLogin,
  device_logins_show: showDeviceLogin,
  device_logins_approve: approveDeviceLogin,
  device_logins_deny: denyDeviceLogin,
  device_logins_token: takeDeviceSession,
  operators_list: listOperators,
  operators_create: createOperator,
  operators_show: showOperator,
  operators_change: changeOperator,
  operators_remove: removeOperator,
  operators_setup_link: createSetupLink,
  operators_end_sessions: endOperatorsSessions,
  api_tokens_list: listApiTokens,
  api_tokens_create: createApiToken,
  api_tokens_revoke: revokeApiToken,
};
