import { type Trouble, trouble } from '../trouble.ts';

/** One sentence for what Node says about a request that got no answer. */
export function networkTrouble(error: unknown, url: URL): Trouble {
  const code = codeOf(error);
  return trouble('network', sentenceOf(code, url, error), { isUnsent: isUnsent(code) });
}

function isUnsent(code: string): boolean {
  const unreached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ERR_PROXY'];
  return unreached.includes(code) || isCertificate(code);
}

function sentenceOf(code: string, url: URL, error: unknown): string {
  const where = url.origin;
  if (code === 'ECONNREFUSED')
    return `nothing listens at ${where} (connection refused): check the address, and that the server runs`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `the name ${url.hostname} is not known to the DNS: check the address`;
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL')
    return `there is no way to ${where} in this network (${code})`;
  if (code === 'ETIMEDOUT') return `${where} did not answer in time (${messageOf(error)}): try again later`;
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED')
    return `${where} closed the connection without a whole answer: try again later`;
  if (isCertificate(code))
    return `the certificate of ${where} is not trusted (${code}): name the file of its CA in REQUESTS_CA_BUNDLE`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return `${where} does not speak TLS as it should (${code}): is the address http:// rather than https://?`;
  if (code.startsWith('HPE_')) return `${where} does not answer in HTTP: check the address`;
  if (code === 'ERR_ANSWER_TOO_LONG') return `the answer of ${where} is longer than this client takes`;
  if (code === 'ERR_STOPPED') return `${where} was waited for no longer, as the client was asked to end`;
  if (code === 'ERR_PROXY') return messageOf(error);
  return `${where} could not be asked (${code || messageOf(error)})`;
}

function isCertificate(code: string): boolean {
  return /CERT|UNABLE_TO_(GET|VERIFY)|SELF_SIGNED|HOSTNAME_MISMATCH/.test(code);
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
