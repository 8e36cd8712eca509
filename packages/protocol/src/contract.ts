import { commandGet } from './requests/command-get.ts';
import { commandPost } from './requests/command-post.ts';
import { commandsList } from './requests/commands-list.ts';
import { discover } from './requests/discover.ts';
import { hostRegister } from './requests/host-register.ts';
import { hostStatus } from './requests/host-status.ts';
import { hostVerify } from './requests/host-verify.ts';
import { status } from './requests/status.ts';

/** Everything that a host may ask of a server on the v1 wire. PROTOCOL.md has a section for each. */
export const contract = {
  status,
  discover,
  host_register: hostRegister,
  host_verify: hostVerify,
  host_status: hostStatus,
  commands_list: commandsList,
  command_get: commandGet,
  command_post: commandPost,
} as const;
