import { writeCheckpoint } from '@remotes/protocol/values/audit-checkpoint';
import { describe, expect, onTestFinished, test } from 'vitest';
import { writeAudit } from '../../../src/domain/audit/chaining.ts';
import { openDatabase } from '../../databases.ts';
import { openDoor } from '../open-door.ts';
import { sampleCalls } from './sample-calls.ts';
import { addOperator, withBearer, withCookie } from './sample-operators.ts';

describe('the frame of the operators’ API', () => {
  const openBoxes = async (differing: Parameters<typeof openDoor>[1] = {}) => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const door = await openDoor(database, { apiCalls: sampleCalls(), ...differing });
    const now = door.fleet.mind.clock();
    const operator = await addOperator(database, now, { name: 'anna', role: 'operator' });
    const viewer = await addOperator(database, now, { name: 'vera', role: 'viewer' });
    return { ...door, operator, viewer, headers: withBearer(operator.token) };
  };

  test('a token, a session of a program and the cookie of a browser each let in', async () => {
    const { call, operator } = await openBoxes();
    for (const headers of [
      withBearer(operator.token),
      withBearer(operator.bearer),
      withCookie(operator.cookie),
    ]) {
      expect((await call('/api/v2/boxes/3', { headers })).text).toBe('{"id":3}');
    }
  });

  test('nobody and unknown tokens are refused with 401, a role that is too low with 403', async () => {
    const { call, viewer } = await openBoxes();
    const refused = async (headers: Record<string, string>, method = 'GET') => {
      const answer = await call('/api/v2/boxes/3', { method, headers });
      expect(answer.headers['content-type']).toBe('application/problem+json');
      return [answer.status, JSON.parse(answer.text).code];
    };
    expect(await refused({})).toEqual([401, 'not_signed_in']);
    expect(await refused(withBearer('rmt_api_unknown'))).toEqual([401, 'not_signed_in']);
    expect(await refused({ authorization: 'Token abc' })).toEqual([401, 'not_signed_in']);
    expect(await refused(withBearer(viewer.token), 'PATCH')).toEqual([403, 'not_allowed']);
  });

  test('a page of another site can do nothing with the cookie of a browser', async () => {
    const { call, url, operator } = await openBoxes();
    const cookie = `remotes_session=${operator.cookie}`;
    const body = { name: 'a' };
    const status = async (headers: Record<string, string>) =>
      (await call('/api/v2/boxes', { body, headers: { cookie, ...headers } })).status;
    expect(await status({ origin: 'https://elsewhere.example' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site', origin: url })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status({})).toBe(403);
    expect(await status({ origin: url })).toBe(201);
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(201);
  });

  test('the values of a query are read as the contract says, and what it does not know is refused', async () => {
    const { call, headers } = await openBoxes();
    const asked = async (query: string) => {
      const { status, text } = await call(`/api/v2/boxes?${query}`, { headers });
      const answer = JSON.parse(text);
      return status === 200 ? answer.items[0] : answer.detail;
    };
    expect(await asked('size=2.5&is_open=true&colour=red&colour=blue')).toEqual({
      limit: 100,
      size: 2.5,
      is_open: true,
      colour: ['red', 'blue'],
    });
    expect(await asked('lmit=3')).toBe('There is no "lmit" here.');
    expect(await asked('limit=x')).toBe('"limit" must be a whole number.');
    expect(await asked('limit=0')).toBe('"limit" must be at least 1.');
    expect(await asked('limit=1&limit=2')).toBe('"limit" is given twice.');
    expect(await asked('colour=green')).toBe('"colour[0]" must be one of red, blue.');
  });

  test('a body that is not as it should be is refused by a sentence that names the member', async () => {
    const { call, headers } = await openBoxes();
    const refused = async (body: unknown, more: Record<string, string> = {}) => {
      const answer = await call('/api/v2/boxes', { body, headers: { ...headers, ...more } });
      const { status, detail } = JSON.parse(answer.text);
      expect(status).toBe(answer.status);
      return [status, detail];
    };
    expect(await refused({})).toEqual([400, '"name" is missing.']);
    expect(await refused({ name: '' })).toEqual([400, '"name" must not be empty.']);
    expect(await refused({ name: 3 })).toEqual([400, '"name" must be a text.']);
    expect(await refused({ name: 'a', nmae: 'b' })).toEqual([400, 'There is no "nmae" here.']);
    expect(await refused({ name: 'a', kind: 'tin' })).toEqual([400, '"kind" must be one of paper, wood.']);
    expect(await refused({ name: 'a', layers: [{ thickness: 0 }] })).toEqual([
      400,
      '"layers[0].thickness" must be at least 1.',
    ]);
    expect(await refused({ name: 'a', layers: [{ thickness: 1, x: 1 }] })).toEqual([
      400,
      'There is no "layers[0].x" here.',
    ]);
    expect(await refused('[]')).toEqual([400, expect.stringContaining('must be an object')]);
    expect(await refused('{')).toEqual([400, 'The body is not JSON in UTF-8.']);
    expect(await refused(Buffer.from('{"name":"\xff"}', 'latin1'))).toEqual([
      400,
      'The body is not JSON in UTF-8.',
    ]);
    expect((await refused('name=a', { 'content-type': 'application/x-www-form-urlencoded' }))[0]).toBe(415);
  });

  test('a body beyond the limit is refused, a stranger’s sooner', async () => {
    const { call, headers } = await openBoxes({ bodyLimitBytes: 100_000 });
    const large = { name: 'a'.repeat(100_000) };
    expect((await call('/api/v2/boxes', { body: large, headers })).status).toBe(413);
    const word = { word: 'a'.repeat(70_000) };
    expect((await call('/api/v2/door', { body: word })).status).toBe(413);
  });

  test('an unknown path, an id that cannot be one and another method are refused as problems', async () => {
    const { call, headers } = await openBoxes();
    for (const path of ['/api/v2', '/api/v2/', '/api/v2/nothing', '/api/v2/boxes/x', '/api/v2/%zz']) {
      const { status, text } = await call(path, { headers });
      expect([status, JSON.parse(text).code], path).toEqual([404, 'not_found']);
    }
    const other = await call('/api/v2/boxes/3', { method: 'PROPFIND', headers });
    expect([other.status, other.headers.allow]).toEqual([405, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
  });

  test('nothing that is answered may be kept by a cache, and each answer names its request', async () => {
    const { call, headers } = await openBoxes();
    for (const path of ['/api/v2/boxes/3', '/api/v2/boxes/x']) {
      const answer = await call(path, { headers });
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['x-request-id']).toMatch(/-/);
    }
  });

  test('an edit says which version it is for, and a version that is known is not sent again', async () => {
    const { call, headers } = await openBoxes();
    const got = await call('/api/v2/boxes/3', { headers });
    expect(got.headers.etag).toBe('"7"');
    const again = await call('/api/v2/boxes/3', { headers: { ...headers, 'if-none-match': '"7"' } });
    expect([again.status, again.text]).toEqual([304, '']);
    const edit = async (tag: string) =>
      (await call('/api/v2/boxes/3', { method: 'PATCH', headers: { ...headers, 'if-match': tag } })).status;
    expect([await edit('"7"'), await edit('"6"'), await edit('*'), await edit('7')]).toEqual([
      200, 412, 200, 400,
    ]);
  });

  test('signing in sets a cookie that neither scripts nor other sites get', async () => {
    const { call } = await openBoxes();
    const { headers } = await call('/api/v2/door', { body: { word: 'open' } });
    expect(headers['set-cookie']?.[0]).toMatch(
      /^remotes_session=rmt_ses_made; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/,
    );
  });

  test('a fault is logged whole and shown by the id of its request alone', async () => {
    const fault = async () => {
      throw new Error('the shelf broke');
    };
    const { call, headers, logLines } = await openBoxes({ apiCalls: sampleCalls({ boxes_get: fault }) });
    const { status, text } = await call('/api/v2/boxes/3', { headers });
    const { code, request_id } = JSON.parse(text);
    expect([status, code]).toEqual([500, 'internal']);
    expect(text).not.toContain('shelf');
    const line = logLines.find((one) => one.includes('the shelf broke'));
    expect(line).toContain(request_id);
  });

  test('too many requests of one operator wait, while another one goes on', async () => {
    const { call, operator, viewer } = await openBoxes({ requestsPerOperator: 2 });
    const status = async (token: string) => {
      const { status, headers } = await call('/api/v2/boxes/3', { headers: withBearer(token) });
      return status === 429 ? `after ${headers['retry-after']}` : status;
    };
    expect(await status(operator.bearer)).toBe(200);
    expect(await status(operator.bearer)).toBe(200);
    expect(await status(operator.bearer)).toBe('after 60');
    expect(await status(operator.token)).toBe(200);
    expect(await status(viewer.bearer)).toBe(200);
  });

  test('an address that guesses waits, and lets whoever knows better go on', async () => {
    const { call, headers } = await openBoxes({ failedSignInsPerAddress: 2 });
    const guess = async () => (await call('/api/v2/door', { body: { word: 'x' } })).status;
    expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429]);
    expect((await call('/api/v2/boxes/3', { headers: withBearer('rmt_api_guessed') })).status).toBe(429);
    expect((await call('/api/v2/boxes/3', { headers })).status).toBe(200);
  });

  test('the API log knows operator and members of the body, never their texts', async () => {
    const { call, headers, logged, fleet } = await openBoxes();
    await fleet.administer(async (tables) => {
      for (const name of ['apilog_enable_logging', 'apilog_include_arguments']) {
        await tables.settings.put({ name, value: '1', description: '', isSecret: false, isActive: true });
      }
    });
    await call('/api/v2/boxes', { body: { name: 'hunter2' }, headers });
    const { entries } = await logged(1);
    expect(entries.at(-1)).toMatchObject({
      path: '/api/v2/boxes',
      hostName: null,
      operatorName: 'anna',
      arguments: '{"name":"(a text)"}',
    });
  });

  test('whoever has signed in is given the newest checkpoint, also with a refusal; nobody else is', async () => {
    const { call, headers, fleet } = await openBoxes();
    await writeAudit(fleet.mind, true);
    await call('/api/v2/boxes/3', { method: 'DELETE', headers });
    await writeAudit(fleet.mind, true);
    const newest = await fleet.mind.audit.newestCheckpoint();
    const written = newest && writeCheckpoint(newest);
    expect(newest?.size).toBeGreaterThan(0);
    const given = async (path: string, sent: Record<string, string>) =>
      (await call(path, { headers: sent })).headers['remotes-checkpoint'];
    expect(await given('/api/v2/boxes/3', headers)).toBe(written);
    expect(await given('/api/v2/boxes/x', headers)).toBe(written);
    expect(await given('/api/v2/boxes/3', {})).toBeUndefined();
  });

  test('a refusal that is about rights is noted for the audit, with the route', async () => {
    const { call, headers, fleet } = await openBoxes();
    await call('/api/v2/boxes/3', { method: 'DELETE', headers });
    await call('/api/v2/boxes', { body: {}, headers });
    expect(fleet.mind.audit.takeRefusals()).toMatchObject([
      { by: { name: 'anna', tokenName: "anna's" }, subject: 'boxes_remove', after: { code: 'not_allowed' } },
    ]);
  });

  test('who comes through a proxy that is not trusted is refused, a token or none', async () => {
    const { call, headers } = await openBoxes();
    const proxied = { ...headers, 'x-forwarded-for': '192.0.2.9', 'x-forwarded-proto': 'https' };
    const { status, text } = await call('/api/v2/boxes/3', { headers: proxied });
    expect([status, JSON.parse(text).code]).toEqual([403, 'secure_connection_wanted']);
    const word = { word: 'open' };
    const signIn = await call('/api/v2/door', { body: word, headers: { 'x-forwarded-for': '192.0.2.9' } });
    expect([signIn.status, signIn.headers['set-cookie']]).toEqual([403, undefined]);
  });

  test('a cookie that was set over TLS is sent over TLS alone', async () => {
    const { call } = await openBoxes({ trustProxy: true });
    const { headers } = await call('/api/v2/door', {
      body: { word: 'open' },
      headers: { 'x-forwarded-for': '192.0.2.9', 'x-forwarded-proto': 'https' },
    });
    expect(headers['set-cookie']?.[0]).toMatch(/; SameSite=Strict; Secure$/);
  });

  test('an answer that the contract does not have is found by tests', async () => {
    const leak = async () => ({ answer: { id: 1, name: 'a', secret: null, password: 'hunter2' } });
    const { call, headers, logLines } = await openBoxes({ apiCalls: sampleCalls({ boxes_create: leak }) });
    const { status } = await call('/api/v2/boxes', { body: { name: 'a' }, headers });
    expect(status).toBe(500);
    expect(logLines.join()).toContain('There is no \\"password\\" here.');
  });
});
