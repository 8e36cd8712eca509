/**
 * `GET /sealed/channel/` with an upgrade to a WebSocket (RFC 6455): the live channel. The handshake comes first, as text both
 * ways; then only binary frames (`crypto/channel-frame`). Anything but such an upgrade is answered with 426.
 */
export const channel = {
  name: 'channel',
  method: 'GET',
  path: '/sealed/channel/',
  subprotocol: 'remotes.sealed.1',
} as const;
