// The other end of the ceilings: connections that answer each frame with a kilobyte, signed and sealed where that is asked.
import { createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createRequire } from 'node:module';
import { channelOpener, channelSealer } from '../../packages/protocol/dist/crypto/channel-frame.js';

const [url, kind, count] = process.argv.slice(2);
const require = createRequire(new URL('../../packages/server/package.json', import.meta.url));
const { WebSocket } = require('ws');

const isSealed = kind === 'sealed';
const body = Buffer.alloc(isSealed ? 960 : 1024, 'b');
const connectedAtOnce = 100;

let next = 0;
await Promise.all(Array.from({ length: connectedAtOnce }, connectSome));
process.send('connected');

async function connectSome() {
  while (next < Number(count)) {
    next += 1;
    await connect();
  }
}

function connect() {
  const key = randomBytes(32);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seal = channelSealer(createSecretKey(key));
  const open = channelOpener(createSecretKey(key));
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('message', (frame) => {
    if (!isSealed) return socket.send(body);
    open(frame);
    socket.send(seal(Buffer.concat([sign(null, body, privateKey), body])).sealed);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      const publicPem = publicKey.export({ type: 'spki', format: 'pem' });
      socket.send(JSON.stringify({ key: key.toString('hex'), publicPem }), resolve);
    });
  });
}
