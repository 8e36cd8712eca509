import { type Static, Type } from 'typebox';
import { FleetSetting } from '../values/fleet-file.ts';
import { about, nullable } from './forms.ts';
import { pageOf, pageQuery } from './page.ts';
import type { ApiRoute } from './route.ts';

export const SettingView = Type.Object({
  name: Type.String(),
  value: about('Null for a secret: its value is written and never read.', nullable(Type.String())),
  description: Type.String(),
  is_secret: Type.Boolean(),
  is_steering: about('It steers the server itself.', Type.Boolean()),
});
export type SettingView = Static<typeof SettingView>;

const { name, description } = FleetSetting.properties;
const settingPath = Type.Object({ name });

/** Settings: global names and values. For accounts whose rights are not narrowed. */
export const settingsRoutes = {
  settings_list: {
    method: 'GET',
    path: '/api/v2/settings',
    access: 'viewer',
    summary: 'List settings by name; values of secrets are never shown',
    query: Type.Object(pageQuery),
    success: 200,
    answer: pageOf(SettingView),
  },
  settings_show: {
    method: 'GET',
    path: '/api/v2/settings/{name}',
    access: 'viewer',
    summary: 'Show a setting',
    params: settingPath,
    success: 200,
    answer: SettingView,
    version: 'shown',
  },
  settings_set: {
    method: 'PUT',
    path: '/api/v2/settings/{name}',
    access: 'admin',
    summary: 'Set a setting, or make it. Members that are left out stay as they are',
    params: settingPath,
    body: Type.Object({
      value: Type.Optional(Type.String({ maxLength: 65_536, pattern: '^[^\\u0000]*$' })),
      description,
      is_secret: about(
        'A secret is stored sealed. One that becomes none needs its value anew.',
        Type.Optional(Type.Boolean()),
      ),
    }),
    success: 200,
    answer: SettingView,
    version: 'wanted',
  },
  settings_remove: {
    method: 'DELETE',
    path: '/api/v2/settings/{name}',
    access: 'admin',
    summary: 'Remove a setting that no command is handed',
    params: settingPath,
    success: 204,
    version: 'wanted',
  },
} as const satisfies Record<string, ApiRoute>;
