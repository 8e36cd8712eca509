import { BlockList, isIP, isIPv4 } from 'node:net';
import type { Proxies } from '../config.ts';

/** The proxy for this address, chosen as Python's `requests` does, or undefined to go there directly. */
export function proxyFor(url: URL, proxies: Proxies): URL | undefined {
  const named = (url.protocol === 'https:' ? proxies.https : proxies.http) ?? proxies.all;
  if (named === undefined || isExempt(url, proxies.none)) return undefined;
  return new URL(named.includes('://') ? named : `http://${named}`);
}

/** The host as sockets take it: an IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** The header that a proxy with a name and password in its address wants. */
export function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function isExempt(url: URL, none: string): boolean {
  const host = hostOf(url);
  const entries = none
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  return entries.some((entry) => {
    if (entry === '*') return true;
    if (isIPv4(host) && entry.includes('/')) return isInNetwork(host, entry);
    if (isIP(host) !== 0) return entry === host || entry === `${host}:${url.port}`;
    // `requests` takes any name that ends so, `.example.com` and `example.com` alike.
    const ending = entry.replace(/^\*?\./, '');
    return [host, `${host}:${url.port}`].some((name) => name === ending || name.endsWith(`.${ending}`));
  });
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const bits = Number(prefix);
  if (!isIPv4(address) || !/^\d+$/.test(prefix) || bits > 32) return false;
  const list = new BlockList();
  list.addSubnet(address, bits);
  return list.check(host);
}
