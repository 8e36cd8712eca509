import type { IncomingMessage } from 'node:http';

const mostBytes = 64 * 1024 * 1024;

/**
 * Reads what is left of a body and throws it away, so that a caller who sends everything before it reads does see the
 * answer: closing on unread bytes resets the connection and takes the answer along. False when there is more than
 * anyone sends in good faith, or when the caller went away. How long it may take is the request's time-out to say.
 */
export async function readToEnd(request: IncomingMessage): Promise<boolean> {
  const { headers } = request;
  const hasBody = headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
  if (!hasBody || request.complete) return true;
  if (request.destroyed || Number(headers['content-length']) > mostBytes) return false;
  return new Promise((resolve) => {
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) finish();
    };
    const finish = () => {
      request.off('data', onData).off('end', finish).off('close', finish);
      resolve(request.complete);
    };
    request.on('data', onData).on('end', finish).on('close', finish).resume();
  });
}
