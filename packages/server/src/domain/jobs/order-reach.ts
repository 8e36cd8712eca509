import type { Definitions } from '../definitions.ts';
import { type Problem, problem } from '../operators/problem.ts';
import { reaches } from '../operators/rights.ts';
import type { HandedSetting, Scope, Setting } from '../ports.ts';

/** A setting that may be handed over, as far as it exists for whoever asks: for narrowed rights, where commands within them have it. */
export function findActiveSetting(
  { settings, commands }: Definitions,
  name: string,
  scope: Scope,
): Setting | undefined {
  const isHanded = () =>
    [...commands.values()].some(
      (command) =>
        reaches({ hostsGroupIds: scope }, [command.hostsGroupId]) && command.settings.includes(name),
    );
  const setting = settings.get(name);
  return setting?.isActive && (scope === null || isHanded()) ? setting : undefined;
}

/**
 * Why somebody may not run again what was run on his hosts, if so: a secret goes only with a command of his, as that
 * command says now. What others once chose to hand over is not his to ask for.
 */
export function refusalOfAgain(
  { commands }: Definitions,
  ofCommandId: number | null,
  settings: readonly HandedSetting[],
  scope: Scope,
): Problem | undefined {
  if (scope === null) return undefined;
  const secrets = settings.filter(({ isSecret }) => isSecret);
  const command = ofCommandId === null ? undefined : commands.get(ofCommandId);
  const isOwn = command !== undefined && reaches({ hostsGroupIds: scope }, [command.hostsGroupId]);
  if (isOwn && secrets.every(({ name }) => command.settings.includes(name))) return undefined;
  if (secrets.length === 0) return undefined;
  return problem(
    'not_allowed',
    'It hands over a secret setting: only accounts with rights on all hosts may run it again.',
  );
}
