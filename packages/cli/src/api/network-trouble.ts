import { type Trouble, trouble } from '../trouble.ts';

/** There was no whole answer. */
export type NetworkTrouble = Trouble & {
  readonly isNetwork: true;
  /** The server was not reached at all: asking again would say the same. */
  readonly isUnsent: boolean;
  /** A connection that was kept open had been closed meanwhile; a new one will do. */
  readonly isStale: boolean;
};

/** One sentence for what Node says about a request that got no answer. */
export function networkTrouble(thrown: unknown, url: URL, isStale: boolean): NetworkTrouble {
  const { code = '', message = '' } = thrown as NodeJS.ErrnoException;
  const base = trouble('unreached', sentenceOf(code, url, message));
  return Object.assign(base, {
    isNetwork: true as const,
    isUnsent: isNeverSent(code),
    isStale,
    isPassing: !isCertificate(code),
  });
}

export function isNetworkTrouble(thrown: unknown): thrown is NetworkTrouble {
  return thrown instanceof Error && 'isNetwork' in thrown;
}

function isNeverSent(code: string): boolean {
  const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
  return unreached.includes(code) || isCertificate(code);
}

function sentenceOf(code: string, { origin, hostname }: URL, message: string): string {
  if (code === 'ECONNREFUSED')
    return `Nothing listens at ${origin} (connection refused): check the address, and that the server runs.`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `The name ${hostname} is not known to the DNS: check the address.`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL')
    return `There is no way to ${origin} in this network (${code}).`;
  if (code === 'ETIMEDOUT') return `${origin} did not answer in time: try again later.`;
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED')
    return `${origin} closed the connection without a whole answer: try again.`;
  if (isCertificate(code))
    return `The certificate of ${origin} is not trusted (${code}): sign in with "remotes login ${origin} --ca FILE", FILE being that certificate or the one of its CA.`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return `${origin} does not speak TLS as it should (${code}): is its address http:// rather than https://?`;
  if (code.startsWith('HPE_')) return `${origin} does not answer in HTTP: check the address.`;
  return `${origin} could not be asked (${code || message}).`;
}

function isCertificate(code: string): boolean {
  return /CERT|UNABLE_TO_(GET|VERIFY)|SELF_SIGNED|HOSTNAME_MISMATCH/.test(code);
}
