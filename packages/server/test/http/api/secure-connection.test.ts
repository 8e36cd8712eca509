import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { refusalOfConnection } from '../../../src/http/api/secure-connection.ts';

type Given = { from: string; isTls?: boolean; headers?: Record<string, string> };

function refusal({ from, isTls = false, headers = {} }: Given, trustProxy = false, insecureHttp = false) {
  const socket = Object.defineProperties(new Socket(), {
    remoteAddress: { value: from },
    encrypted: { value: isTls },
  });
  const request = Object.assign(new IncomingMessage(socket), { headers });
  return refusalOfConnection(request, { trustProxy, insecureHttp })?.problem;
}

const refused = 'secure_connection_wanted';
const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.9' };
const http = { 'x-forwarded-proto': 'http', 'x-forwarded-for': '192.0.2.9' };

describe('operators from other machines', () => {
  test('are answered over TLS only', () => {
    expect(refusal({ from: '192.0.2.7' })).toBe(refused);
    expect(refusal({ from: '::ffff:192.0.2.7' })).toBe(refused);
    expect(refusal({ from: '2001:db8::1' })).toBe(refused);
    expect(refusal({ from: '192.0.2.7', isTls: true })).toBeUndefined();
  });

  test('of this machine may do without', () => {
    for (const from of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(refusal({ from })).toBeUndefined();
  });

  test('may do without where the server was started so', () => {
    expect(refusal({ from: '192.0.2.7' }, false, true)).toBeUndefined();
  });

  test('who come by a trusted proxy are answered where it spoke TLS with them', () => {
    expect(refusal({ from: '127.0.0.1', headers: https }, true)).toBeUndefined();
    expect(refusal({ from: '192.0.2.7', headers: https }, true)).toBeUndefined();
    expect(refusal({ from: '127.0.0.1', headers: http }, true)).toBe(refused);
  });

  test('cannot pretend by headers that they came otherwise', () => {
    expect(refusal({ from: '192.0.2.7', headers: https })).toBe(refused);
    expect(refusal({ from: '127.0.0.1', headers: https })).toBe(refused);
    expect(refusal({ from: '192.0.2.7', headers: { 'x-forwarded-for': '127.0.0.1' } }, false)).toBe(refused);
    // As proxies are often set up that say nothing else.
    for (const name of ['x-real-ip', 'x-forwarded-host'])
      expect(refusal({ from: '127.0.0.1', headers: { [name]: '192.0.2.9' } })).toBe(refused);
  });
});
