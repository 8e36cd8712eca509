/**
 * `POST /sealed/messages/`: a frame (`crypto/frame`) with the messages of a host, answered with the messages of the server.
 * Both bodies are bytes; a refusal is JSON, as everywhere.
 */
export const messages = {
  name: 'messages',
  method: 'POST',
  path: '/sealed/messages/',
  mediaType: 'application/octet-stream',
  success: 200,
} as const;
