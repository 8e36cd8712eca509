import { describe, expect, test } from 'vitest';
import type { CommandDefinition, Definitions } from '../../src/domain/definitions.ts';
import { offeredCommands } from '../../src/domain/offer.ts';

const now = 1_000_000;

describe('what a v1 host is offered', () => {
  test('is what is pending for it, in the order of groups, then commands, then numbers', () => {
    const definitions = define(
      command(1, { rank: 2 }),
      command(2, { rank: 0 }),
      command(3, { rank: 1 }),
      command(4, { rank: 3 }),
    );
    expect(offered(definitions, [1, 2, 3])).toEqual([2, 3, 1]);
  });

  test('leaves out what is switched off, unknown, or not for v1', () => {
    const definitions = define(
      command(1, { isOffered: false }),
      command(2, { interpreter: 'node' }),
      command(3, { interpreter: 'powershell' }),
      command(4, { interpreter: 'bash' }),
      command(5, { interpreter: 'sh' }),
    );
    expect(offered(definitions, [1, 2, 3, 4, 5, 99])).toEqual([4, 5]);
  });

  test.each([
    { afterAt: now, beforeAt: null, isOpen: false },
    { afterAt: now - 1, beforeAt: null, isOpen: true },
    { afterAt: null, beforeAt: now, isOpen: false },
    { afterAt: null, beforeAt: now + 1, isOpen: true },
    { afterAt: now - 1, beforeAt: now + 1, isOpen: true },
  ])('keeps to the window, both ends exclusive: %o', ({ afterAt, beforeAt, isOpen }) => {
    expect(offered(define(command(1, { afterAt, beforeAt })), [1])).toEqual(isOpen ? [1] : []);
  });

  test('is nothing while the server is paused', () => {
    expect(offered({ ...define(command(1)), isPaused: true }, [1])).toEqual([]);
  });

  test('names one command at a time of a group that stops on failure, and none while one is open or failed', () => {
    const definitions = define(
      command(1, { stopOnFailure: true, commandsGroupId: 7, rank: 0 }),
      command(2, { stopOnFailure: true, commandsGroupId: 7, rank: 1 }),
      command(3, { commandsGroupId: 8, rank: 2 }),
    );
    expect(offered(definitions, [1, 2, 3])).toEqual([1, 3]);
    expect(offered(definitions, [2, 3])).toEqual([2, 3]);
    expect(offered(definitions, [2, 3], [7])).toEqual([3]);
  });

  test('leaves out a job that hands out nothing now', () => {
    expect(offered(define(command(1), command(2)), [1, 2], [], [2])).toEqual([1]);
  });

  test('does not mind a hold that was left when the group no longer stops on failure', () => {
    expect(offered(define(command(1, { commandsGroupId: 7 })), [1], [7])).toEqual([1]);
  });
});

function offered(
  definitions: Definitions,
  pending: number[],
  heldGroups: number[] = [],
  full: number[] = [],
): number[] {
  const holds = heldGroups.map((commandsGroupId) => ({ commandsGroupId }));
  return offeredCommands(definitions, { pending, holds, full, isSealed: false }, now).map(({ id }) => id);
}

function define(...commands: CommandDefinition[]): Definitions {
  const work = new Map(commands.map((each) => [each.id, each]));
  return {
    epoch: 1,
    workEpoch: 1,
    storeId: 'store',
    isPaused: false,
    settings: new Map(),
    commands: work,
    work,
    variableIds: new Set(),
  };
}

function command(id: number, differing: Partial<CommandDefinition> = {}): CommandDefinition {
  return {
    id,
    jobId: `job ${id}`,
    commandsGroupId: 1,
    commandsGroupName: 'group',
    hostsGroupId: 1,
    name: `command ${id}`,
    description: '',
    position: 0,
    rank: id,
    isActive: true,
    isOffered: true,
    revision: 1,
    interpreter: 'python',
    timeoutSeconds: 60,
    attempts: 1,
    program: '',
    settings: [],
    variables: [],
    outputVariables: [],
    afterAt: null,
    beforeAt: null,
    stopOnFailure: false,
    ...differing,
  };
}
