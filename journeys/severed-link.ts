import { type Forwarder, startForwarder } from './forwarder.ts';

export type Link = Pick<Forwarder, 'sever' | 'mend' | 'close'> & {
  /** The same URL, through this link. */
  readonly url: string;
};

/** A network before a server or a PostgreSQL that can be cut: connections end, new ones are refused. */
export async function startLink(targetUrl: string): Promise<Link> {
  const forwarder = await startForwarder(() => [targetUrl]);
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String(forwarder.port);
  return { ...forwarder, url: url.href };
}
