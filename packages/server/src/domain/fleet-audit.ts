import { sha256Hex } from '@remotes/protocol/crypto/digest';
import { type CanonicalValue, canonicalJson } from '@remotes/protocol/values/canonical-json';
import type { PlanIds } from './fleet-execution.ts';
import type { SealedValues } from './fleet-settings-plan.ts';
import {
  type CommandStep,
  type CommandsGroupStep,
  type FleetPlan,
  type HostsGroupStep,
  type SettingStep,
  type VariableStep,
  variableKey,
  type WantedCommand,
} from './fleet-steps.ts';
import type { Author } from './operators/actor.ts';
import type { Setting, Tables } from './ports.ts';

type Circumstances = { readonly now: number; readonly by: Author; readonly sealedValues: SealedValues };

/** Notes each thing that a plan has changed, before and after. Of programs and secrets there are hashes alone. */
export async function notePlan(
  tables: Tables,
  plan: FleetPlan,
  ids: PlanIds,
  { now, by, sealedValues }: Circumstances,
): Promise<void> {
  const changes = [
    ...plan.hostsGroups.map((step) => hostsGroupChange(step, ids)),
    ...plan.settings.map((step) => settingChange(step, sealedValues)),
    ...plan.variables.flatMap((step) => variableChanges(step, ids)),
    ...plan.commandsGroups.map((step) => commandsGroupChange(step, ids)),
    ...plan.commands.map((step, index) => commandChange(step, ids.commandIds[index])),
  ];
  for (const { noun, subject, before, after } of changes) {
    if (canonicalJson(before) === canonicalJson(after)) continue;
    const verb = before === null ? 'create' : after === null ? 'remove' : 'change';
    await tables.audit.note({ at: now, by, action: `${noun}.${verb}`, subject, before, after });
  }
}

type Change = {
  readonly noun: string;
  readonly subject: string;
  /** Null where there was nothing, or is nothing any more. */
  readonly before: CanonicalValue;
  readonly after: CanonicalValue;
};

function hostsGroupChange(
  { former, wanted, joining, leaving }: HostsGroupStep,
  { hostsGroupIds }: PlanIds,
): Change {
  const id = former?.id ?? hostsGroupIds.get(wanted?.name ?? '');
  const said = (group: { name: string; isActive: boolean } | undefined) =>
    group ? { name: group.name, is_active: group.isActive } : null;
  const after = said(wanted);
  const members = {
    ...(joining.length > 0 && { joined: joining.map((host) => host.id) }),
    ...(leaving.length > 0 && { left: leaving.map((host) => host.id) }),
  };
  return {
    noun: 'hosts_group',
    subject: `hosts group ${id}`,
    before: said(former),
    after: after && { ...after, ...members },
  };
}

function settingChange({ former, wanted }: SettingStep, sealedValues: SealedValues): Change {
  const name = (wanted ?? former)?.name ?? '';
  const digests = new Map<string, string>();
  const given = sealedValues[name];
  if (given) digests.set(given.sealed, given.digest);
  if (given?.former) digests.set(given.former.sealed, given.former.digest);
  // A value that becomes a secret was none before, and a secret that becomes known is none any more.
  const saidOf = ({ isSecret, value }: Setting) => {
    const digest = digests.get(value);
    if (!isSecret) return { value: value.toWellFormed() };
    // One that is left as it is, or goes, was not opened.
    return digest === undefined ? {} : { value_digest: digest };
  };
  const said = (setting: Setting | undefined) =>
    setting
      ? {
          ...saidOf(setting),
          description: setting.description.toWellFormed(),
          is_secret: setting.isSecret,
          is_active: setting.isActive,
        }
      : null;
  return { noun: 'setting', subject: `setting ${name}`, before: said(former), after: said(wanted) };
}

function variableChanges({ former, wanted, values }: VariableStep, { variableIds }: PlanIds): Change[] {
  const key = variableKey(wanted ?? former ?? { category: '', name: '' });
  const id = former?.id ?? variableIds.get(key);
  const said = (variable: object | undefined) => (variable ? { name: key } : null);
  return [
    { noun: 'variable', subject: `variable ${id}`, before: said(former), after: said(wanted) },
    ...values.map(({ host, former: stored, wanted: value }) => ({
      noun: 'variable_value',
      subject: `variable ${id} of host ${host.id}`,
      before: stored === undefined ? null : { name: key, value: stored.toWellFormed() },
      after: { name: key, value: value.toWellFormed() },
    })),
  ];
}

function commandsGroupChange(
  { former, standing, wanted }: CommandsGroupStep,
  { commandsGroupIds }: PlanIds,
): Change {
  const said = (group: CommandsGroupStep['wanted']) =>
    group
      ? {
          name: group.name,
          hosts_group: group.hostsGroup,
          order: group.position,
          after_at: group.afterAt,
          before_at: group.beforeAt,
          is_active: group.isActive,
          stop_on_failure: group.stopOnFailure,
        }
      : null;
  const id = former?.id ?? commandsGroupIds.get(wanted?.name ?? '');
  return {
    noun: 'commands_group',
    subject: `commands group ${id}`,
    before: said(standing),
    after: said(wanted),
  };
}

function commandChange({ former, standing, wanted }: CommandStep, id: number | undefined): Change {
  const said = (command: WantedCommand | undefined) =>
    command
      ? {
          commands_group: command.commandsGroup,
          name: command.name,
          description: command.description.toWellFormed(),
          order: command.position,
          is_active: command.isActive,
          interpreter: command.interpreter,
          timeout_seconds: command.timeoutSeconds,
          attempts: command.attempts,
          program_sha256: sha256Hex(command.program),
          settings: [...command.settings],
          variables: [...command.variables],
          output_variables: [...command.outputVariables],
        }
      : null;
  return {
    noun: 'command',
    subject: `command ${former?.id ?? id}`,
    before: said(standing),
    after: said(wanted),
  };
}
