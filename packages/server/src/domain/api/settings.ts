import type { SettingView, settingsRoutes } from '@remotes/protocol/operators/settings';
import { isDeclined } from '../administration-refusal.ts';
import { settingsInReach } from '../fleet-edit-reach.ts';
import { settingVersion } from '../fleet-edit-versions.ts';
import { steeringNames } from '../fleet-steering.ts';
import type { Actor } from '../operators/actor.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { isProblem, notFound } from '../operators/problem.ts';
import type { Setting, Tables } from '../ports.ts';
import { editFleet } from './fleet-edits.ts';
import { pageOfAll } from './list-page.ts';

/** Settings. To an account whose rights are narrowed those alone exist that commands of its groups are handed. */
export const settingsDeeds: ApiDeeds<keyof typeof settingsRoutes> = {
  async settings_list({ mind, actor, query }) {
    const seen = await settingsSeen(mind.storage.tables, actor);
    const page = pageOfAll(seen, query, ['text'], ({ name }) => [name]);
    return isProblem(page) ? page : { answer: { items: page.items.map(viewSetting), next: page.next } };
  },
  async settings_show({ mind, actor, params }) {
    const setting = (await settingsSeen(mind.storage.tables, actor)).find(({ name }) => name === params.name);
    if (!setting) return notFound(`setting "${params.name}"`);
    return { answer: viewSetting(setting), version: settingVersion(setting) };
  },
  async settings_set(ask) {
    const { value, description, is_secret: isSecret } = ask.body;
    const change = {
      ...(value !== undefined && { value }),
      ...(description !== undefined && { description }),
      ...(isSecret !== undefined && { isSecret }),
    };
    const done = await editFleet(ask, { kind: 'setting', name: ask.params.name, change });
    if (isDeclined(done)) return done;
    const settings = await ask.mind.storage.tables.settings.list();
    const setting = settings.find(({ name }) => name === ask.params.name);
    if (!setting) return notFound(`setting "${ask.params.name}"`);
    return { answer: viewSetting(setting), version: settingVersion(setting) };
  },
  async settings_remove(ask) {
    const done = await editFleet(ask, { isRemoval: true, kind: 'setting', name: ask.params.name });
    return isDeclined(done) ? done : { answer: undefined };
  },
};

async function settingsSeen(tables: Tables, { hostsGroupIds: scope }: Actor): Promise<Setting[]> {
  const settings = await tables.settings.list();
  if (scope === null) return settings;
  const state = {
    commands: await tables.commands.list(),
    commandsGroups: await tables.commandsGroups.list(),
  };
  const known = settingsInReach(state, scope);
  return settings.filter(({ name }) => known.has(name));
}

function viewSetting({ name, value, description, isSecret }: Setting): SettingView {
  return {
    name,
    value: isSecret ? null : value,
    description,
    is_secret: isSecret,
    is_steering: steeringNames.includes(name),
  };
}
