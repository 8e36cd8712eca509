/** What `remotes` ends with: the same in every command. docs/cli.md explains them. */
export const exitStatus = {
  done: 0,
  /** Hosts carried it out and it failed, timed out, was interrupted or stopped; or a check found something wrong. */
  failed: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** The server or a host refused it, or it was cancelled or halted. */
  refused: 3,
  /** Not all hosts were done in time. */
  late: 4,
  /** The server was not reached, or did not answer as it should. */
  unreached: 5,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];
