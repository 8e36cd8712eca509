import type { CommandDefinition } from '../definitions.ts';
import type { AdHocJob, Run } from '../ports.ts';

/** An ad-hoc job as hosts are offered it: before every standing command, as somebody waits for it. */
export function jobDefinition(job: AdHocJob): CommandDefinition {
  return Object.freeze({
    id: job.wireNumber,
    jobId: job.id,
    commandsGroupId: 0,
    commandsGroupName: '',
    hostsGroupId: 0,
    name: job.name,
    description: '',
    position: 0,
    isActive: true,
    isOffered: job.state === 'open',
    afterAt: null,
    beforeAt: job.expiresAt,
    stopOnFailure: false,
    rank: job.wireNumber - Number.MAX_SAFE_INTEGER,
    revision: job.revision,
    interpreter: job.interpreter === 'auto' ? 'sh' : job.interpreter,
    timeoutSeconds: job.timeoutSeconds,
    // It runs at most once; whoever wants it again makes a new job.
    attempts: 1,
    program: job.program,
    settings: job.settings.map(({ name }) => name),
    // What the host knew when the job was made: nothing that runs before it changes that.
    variables: [],
    outputVariables: job.outputVariables,
    job,
  });
}

/**
 * As one host is given it: which interpreter it is was settled for each run when the job was made. The very same object
 * where nothing differs: between threads it is copied once for all the hosts that are given it together.
 */
export function asGiven(command: CommandDefinition, former: Run | undefined): CommandDefinition {
  if (!command.job || !former || former.interpreter === command.interpreter) return command;
  return { ...command, interpreter: former.interpreter };
}
