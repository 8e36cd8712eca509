import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** A passkey in software (P-256, ES256), as a browser would hand its words over. `rpId` is what it was made for. */
export function createAuthenticator(origin: string) {
  const rpId = new URL(origin).hostname;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let counter = 0;

  const clientData = (type: string, challenge: string, from: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin: from, crossOrigin: false }));
  const authData = (flags: number, attested = Buffer.alloc(0)) =>
    Buffer.concat([sha256(rpId), Buffer.from([flags]), uint32(counter), attested]);

  return {
    id,
    /** What `navigator.credentials.create` gives. */
    attest({ challenge }: { challenge: string }, differing: { origin?: string; flags?: number } = {}) {
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      const attested = Buffer.concat([
        Buffer.alloc(16),
        uint16(credentialId.length),
        credentialId,
        coseKey(Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')),
      ]);
      const flags = differing.flags ?? present | verified | attestedData;
      const data = authData(flags, attested);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(clientData('webauthn.create', challenge, differing.origin ?? origin)),
          attestationObject: base64url(attestationObject(data)),
          transports: ['internal'],
        },
      };
    },
    /** What `navigator.credentials.get` gives. */
    assert({ challenge }: { challenge: string }, differing: { origin?: string; flags?: number } = {}) {
      counter += 1;
      const client = clientData('webauthn.get', challenge, differing.origin ?? origin);
      const data = authData(differing.flags ?? present | verified);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: base64url(client),
          authenticatorData: base64url(data),
          signature: base64url(signature),
        },
      };
    },
    /** As a copy of it that was used less often would. */
    turnBack() {
      counter = 0;
    },
  };
}

/** Flags of authenticator data (Web Authentication section 6.1). */
export const present = 0x01;
const verified = 0x04;
const attestedData = 0x40;

/** CBOR by hand: a map of the format, an empty statement and the data. */
function attestationObject(authData: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([0xa3]),
    cborText('fmt'),
    cborText('none'),
    cborText('attStmt'),
    Buffer.from([0xa0]),
    cborText('authData'),
    Buffer.from([0x58, authData.length]),
    authData,
  ]);
}

/** EC2, ES256, P-256 (RFC 9053 sections 2.1 and 7.1.1). */
function coseKey(x: Buffer, y: Buffer): Buffer {
  const head = Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]);
  const bytes = (label: number, value: Buffer) => Buffer.concat([Buffer.from([label, 0x58, 32]), value]);
  return Buffer.concat([head, bytes(0x21, x), bytes(0x22, y)]);
}

function cborText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)]);
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}
