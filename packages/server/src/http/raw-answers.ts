import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { refuse } from '@remotes/protocol/errors';
import { refusalAnswer, refusalOfError } from './errors.ts';

const lingerMs = 1000;

/**
 * Answers what never became a request: broken HTTP, headers that are too large or too slow. Nobody knows the path then,
 * so the answer has what a list needs too.
 */
export function answerBrokenRequest(error: Error, socket: Socket, requestId: string): void {
  if (!socket.writable || hasAnswerBegun(socket)) {
    socket.destroy();
    return;
  }
  const refusal = refusalOfError(error) ?? refuse('malformed_request');
  const { status, headers, body } = refusalAnswer(refusal, { requestId, hasResults: true });
  const text = JSON.stringify(body);
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    'x-request-id': requestId,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
  // Not closed at once: bytes that are still on their way would reset the connection and take the answer along.
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.on('close', () => clearTimeout(timer));
}

/** A second status line in the middle of an answer would garble it. Node keeps the current answer on the socket. */
function hasAnswerBegun(socket: Socket): boolean {
  return (socket as { _httpMessage?: { headersSent: boolean } })._httpMessage?.headersSent === true;
}
