import { readPin } from './pin.ts';
import type { SettingsFile } from './settings-file.ts';
import { trouble } from './trouble.ts';

/** The address that `--action=discover` has stored under this name, resolved as a browser would. */
export function endpointUrl(settings: SettingsFile, name: string): URL {
  if (!pinnedToo.includes(name) && readPin(settings) !== undefined)
    throw trouble(
      'untrusted',
      `${settings.path} pins a server, with which this client speaks the sealed protocol alone: nothing was sent to its v1 address of ${name}`,
    );
  const base = serverUrl(settings);
  const path = settings.get('endpoints', name);
  if (path === undefined) {
    const step = name === 'discover' ? 'status with --url' : 'discover';
    throw trouble('order', `${settings.path} does not know the server's ${name}: run --action=${step} first`);
  }
  const url = URL.canParse(path, base.href) ? new URL(path, base.href) : undefined;
  if (url === undefined || !isWeb(url))
    throw trouble(
      'settings',
      `${settings.path} names no web address as ${name}: run --action=discover again`,
    );
  return url;
}

/** The address for one command. */
export function commandUrl(settings: SettingsFile, name: 'command_get' | 'command_post', id: number): URL {
  const url = endpointUrl(settings, name);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${id}/`;
  return url;
}

export function serverUrl(settings: SettingsFile): URL {
  const text = settings.get('server', 'server_url');
  if (text === undefined)
    throw trouble('order', `${settings.path} names no server: run --action=status with --url first`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !isWeb(url))
    throw trouble(
      'settings',
      `${settings.path} names no web address as server_url: run --action=status with --url`,
    );
  return url;
}

/** Whether this address, a path or a whole one, is one of the server itself. */
export function isAtServer(settings: SettingsFile, path: string): boolean {
  const base = serverUrl(settings);
  return URL.canParse(path, base.href) && new URL(path, base.href).origin === base.origin;
}

export function isWeb({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

/** What a client that has pinned its server still asks for: nothing else of v1, whoever wishes it. */
const pinnedToo = ['discover', 'handshake', 'messages', 'channel'];
