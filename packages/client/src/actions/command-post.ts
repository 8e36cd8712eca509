import type { Context } from '../context.ts';

/** Among v1's choices, and without effect there as here: results are sent by the actions that execute. */
export async function postNothing({ say }: Context): Promise<number> {
  say(
    'command_post does nothing: command_get, commands_process and commands_monitor send the results themselves',
  );
  return 0;
}
