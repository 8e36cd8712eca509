import { describe, expect, test } from 'vitest';
import { readStartConfig, readStoreConfig } from '../src/config.ts';

describe('the configuration', () => {
  test('has sensible values without any option', () => {
    expect(readStartConfig([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      dataFolder: './remotes-data',
      databaseUrl: undefined,
      tls: undefined,
    });
  });

  test('is read from the environment too, and a flag wins', () => {
    const environment = { REMOTES_PORT: '9000', REMOTES_HOST: '::', REMOTES_TRUST_PROXY: 'yes' };
    expect(readStartConfig(['--port', '9001'], environment)).toMatchObject({
      host: '::',
      port: 9001,
      trustProxy: true,
    });
  });

  test('has the address of the metrics, on this machine where no host is named', () => {
    const listen = (written: string) => readStartConfig(['--metrics-listen', written], {});
    expect(listen('9101')).toMatchObject({ metricsListen: { host: '127.0.0.1', port: 9101 } });
    expect(listen('[::1]:9101')).toMatchObject({ metricsListen: { host: '::1', port: 9101 } });
    for (const written of ['here', '127.0.0.1', '127.0.0.1:70000', '127.0.0.1:']) {
      expect(listen(written)).toEqual({ problems: [expect.stringContaining('--metrics-listen')] });
    }
  });

  test('tells all its problems together', () => {
    const args = ['--port', '70000', '--tls', 'other', '--tls-cert', 'x', '--log-level', 'loud'];
    expect(readStartConfig(args, { REMOTES_BODY_LIMIT_BYTES: 'many' })).toEqual({
      problems: expect.arrayContaining([
        '--port must be a whole number from 0 to 65535, not "70000".',
        '--body-limit-bytes must be a whole number from 131072 to 1073741824, not "many".',
        '--tls takes only "self", not "other".',
        '--tls-cert and --tls-key go together: give both or neither.',
      ]),
    });
  });

  test('tells of an option that does not exist', () => {
    expect(readStartConfig(['--prot', '1'], {})).toEqual({ problems: [expect.stringContaining('--prot')] });
  });

  test.each(['mysql://a:geheim@x/y', 'foo'])(
    'refuses a database URL that is none, without showing it: %s',
    (url) => {
      expect(() => readStoreConfig({ 'database-url': url }, {})).toThrow(
        'The database URL cannot be read: it begins like postgres://user@host/database.',
      );
    },
  );
});
