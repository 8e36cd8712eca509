import type { Definitions } from './definitions.ts';

/** The value of a setting that steers the server; undefined when it is absent, inactive, secret or empty. */
export function steeringSetting(definitions: Definitions, name: string): string | undefined {
  const setting = definitions.settings.get(name);
  if (!setting?.isActive || setting.isSecret) return undefined;
  return setting.value.trim() || undefined;
}

/** True is `1`, `true` or `yes`, in any case. */
export function isSwitchedOn(definitions: Definitions, name: string): boolean {
  return ['1', 'true', 'yes'].includes((steeringSetting(definitions, name) ?? '').toLowerCase());
}
