import { visibleText } from '@remotes/protocol/screen/visible-text';
import { type Trouble, trouble } from '../trouble.ts';

/** What the server says when it refuses: its own sentence, and what to do about it on this side. */
export function problemTrouble(status: number, text: string, origin: string): Trouble {
  const details = readProblem(text);
  // Of a server that starts anew, or of what stands before it.
  const isPassing = [502, 503, 504].includes(status);
  if (!details)
    return Object.assign(
      trouble(
        'unreached',
        `${origin} does not answer as a Remotes server does (HTTP ${status}): check the address, and what stands between.`,
      ),
      { isPassing },
    );
  const { code, detail, hosts } = details;
  const said = visibleText(detail);
  const sentence = `${said}${adviceOn(code, hosts)}`;
  const isServerFault = status >= 500;
  return Object.assign(trouble(isServerFault ? 'unreached' : 'refused', sentence), {
    isPassing,
    problem: code,
    detail: said,
    ...(hosts !== undefined && { hosts }),
  });
}

function adviceOn(code: string, hosts: number | undefined): string {
  if (code === 'not_signed_in') return ' Sign in again: remotes login.';
  if (code === 'needs_yes' && hosts !== undefined) return ` To go ahead, repeat it with --yes ${hosts}.`;
  if (code === 'version_changed') return ' Look at it again, and repeat the change if it is still wanted.';
  return '';
}

type Details = { readonly code: string; readonly detail: string; readonly hosts: number | undefined };

function readProblem(text: string): Details | undefined {
  try {
    const { code, detail, hosts, request_id: requestId } = JSON.parse(text) as Record<string, unknown>;
    if (typeof code !== 'string' || typeof detail !== 'string') return undefined;
    const trace = code === 'internal' && typeof requestId === 'string' ? ` (request ${requestId})` : '';
    return { code, detail: detail + trace, hosts: typeof hosts === 'number' ? hosts : undefined };
  } catch {
    return undefined;
  }
}
