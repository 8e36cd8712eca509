import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { networkOf } from '../../src/domain/address-network.ts';
import { acceptsJson } from '../../src/http/accept.ts';
import { addressOf } from '../../src/http/forwarded.ts';
import { originOf } from '../../src/http/origin.ts';
import { readTokenHeader } from '../../src/http/token-header.ts';
import { readWireNumber } from '../../src/http/wire-number.ts';

describe('Accept', () => {
  test.each([
    undefined,
    '',
    '*/*',
    'application/json',
    'Application/JSON; charset=utf-8',
    'application/*',
    'text/html, */*;q=0.1',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8',
    'application/json; indent=4',
    'application/json;q=0.001',
    'text/*;q=0, application/*',
  ])('takes JSON: %s', (header) => {
    expect(acceptsJson(header)).toBe(true);
  });

  test.each([
    'text/html',
    'application/xml',
    'application/json;q=0',
    'application/json; q=0.0',
    '*/*, application/json;q=0',
    'application/*;q=0, */*',
    'json',
    'application/jsonp',
    ',',
    ';;;',
  ])('takes none: %s', (header) => {
    expect(acceptsJson(header)).toBe(false);
  });
});

describe('Authorization', () => {
  test.each([
    ['Token abc', 'abc'],
    ['token abc', 'abc'],
    ['TOKEN\tabc  ', 'abc'],
    ['Token Ã©', 'é'],
  ])('%j holds a token', (header, token) => {
    expect(readTokenHeader(header)).toBe(token);
  });

  test.each([
    [undefined, 'not_authenticated'],
    ['', 'not_authenticated'],
    ['Bearer abc', 'not_authenticated'],
    ['Tokenabc', 'not_authenticated'],
    ['Token', 'token_header_empty'],
    ['Token  ', 'token_header_empty'],
    ['Token a b', 'token_header_spaces'],
    ['Token a\u00ff', 'token_header_characters'],
  ])('%j is refused', (header, code) => {
    expect(readTokenHeader(header)).toMatchObject({ refused: code });
  });
});

describe('a wire number', () => {
  test('is decimal digits, leading zeros and all, as far as a number is exact', () => {
    expect(readWireNumber('7')).toBe(7);
    expect(readWireNumber('007')).toBe(7);
    expect(readWireNumber('9007199254740991')).toBe(9007199254740991);
    for (const text of ['', 'x', '1x', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '٣', '9007199254740992']) {
      expect(readWireNumber(text), text).toBeUndefined();
    }
  });
});

describe('where a request came from and went to', () => {
  const request = (headers: Record<string, string>, socket: Partial<IncomingMessage['socket']> = {}) =>
    ({
      headers,
      socket: {
        remoteAddress: '::ffff:10.0.0.9',
        localAddress: '10.0.0.1',
        localPort: 8000,
        localFamily: 'IPv4',
        ...socket,
      },
    }) as IncomingMessage;

  test('the address is that of the connection, or what the trusted proxy added last', () => {
    const forwarded = { 'x-forwarded-for': '1.1.1.1, 2.2.2.2' };
    expect(addressOf(request(forwarded), false)).toBe('10.0.0.9');
    expect(addressOf(request(forwarded), true)).toBe('2.2.2.2');
    expect(addressOf(request({ 'x-forwarded-for': '[2001:db8::1]:443' }), true)).toBe('2001:db8::1');
    expect(addressOf(request({ 'x-forwarded-for': '2.2.2.2:443' }), true)).toBe('2.2.2.2');
    expect(addressOf(request({ 'x-forwarded-for': 'unknown' }), true)).toBe('10.0.0.9');
    expect(addressOf(request({}), true)).toBe('10.0.0.9');
  });

  test('neighbours in one IPv6 network count as one', () => {
    expect(networkOf('10.0.0.1')).toBe('10.0.0.1');
    for (const address of ['2001:db8::1', '2001:0DB8:0:0:ffff::', '2001:db8::5:6:7:8', '2001:db8::%eth0']) {
      expect(networkOf(address), address).toBe('2001:db8:0:0');
    }
    expect(networkOf('2001:db8:1::1')).toBe('2001:db8:1:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
  });

  test('the origin is scheme and Host, or what the trusted proxy says of them', () => {
    const headers = { host: 'a.example:8000', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'b.example' };
    expect(originOf(request(headers), false)).toBe('http://a.example:8000');
    expect(originOf(request(headers), true)).toBe('https://b.example');
    const tls = { encrypted: true } as Partial<IncomingMessage['socket']>;
    expect(originOf(request({ host: '[::1]:1' }, tls), false)).toBe('https://[::1]:1');
    for (const host of ['', 'a/b', 'a b', '"x"', 'user@x', 'x:123456', '<script>']) {
      expect(originOf(request({ host }), false), host).toBe('http://10.0.0.1:8000');
    }
  });
});
