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
 * command says now, and other settings as with any program of his. What others once chose to hand over is not his to ask
 * for.
 */
export function refusalOfAgain(
  definitions: Definitions,
  ofCommandId: number | null,
  settings: readonly HandedSetting[],
  scope: Scope,
): Problem | undefined {
  if (scope === null) return undefined;
  const command = ofCommandId === null ? undefined : definitions.commands.get(ofCommandId);
  const isOwn = command !== undefined && reaches({ hostsGroupIds: scope }, [command.hostsGroupId]);
  const beyond = settings.find(({ name, isSecret }) =>
    isSecret ? !isOwn || !command.settings.includes(name) : !findActiveSetting(definitions, name, scope),
  );
  if (!beyond) return undefined;
  return problem(
    'not_allowed',
    beyond.isSecret
      ? 'It hands over a secret setting: only accounts with rights on all hosts may run it again.'
      : 'It hands over a setting that no command within your rights is handed: only accounts with rights on all hosts may run it again.',
  );
}
