import { fernetKeyOfUuid, sealFernet } from '@remotes/protocol/crypto/fernet';
import { type Logger, pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import type { Limits, Mind } from '../../src/domain/mind.ts';
import { createOutputStreams } from '../../src/domain/output-streams.ts';
import type { ApiLogEntry } from '../../src/domain/ports.ts';
import {
  newRegistrationToken,
  registrationSecretHash,
  sealRegistrationToken,
} from '../../src/domain/registration-token.ts';
import type { HttpOptions } from '../../src/http/door.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { OpenDatabase } from '../databases.ts';
import { createFleet, createMachine } from '../domain/small-fleet.ts';
import { type Call, call } from './call.ts';

type Differing = Partial<Omit<HttpOptions, 'mind' | 'channel'>> & {
  /** Makes the room that takes over connections which stay. */
  channel?: (mind: Mind) => NonNullable<HttpOptions['channel']>;
  limits?: Partial<Limits>;
  /** Puts something else in the place of a part of the mind. */
  mind?: (mind: Mind) => Partial<Mind>;
};

/** The door on a real port, before the real domain on a real database. Closed when the test ends. */
export async function openDoor(
  database: OpenDatabase,
  { limits, mind: differing, channel, ...options }: Differing = {},
  /** `kept`: whoever opens it stops the server. */
  until: 'test_ends' | 'kept' = 'test_ends',
) {
  const fleet = await createFleet(database);
  const logLines: string[] = [];
  const all = { ...fleet.mind.limits, ...limits };
  const usual: Mind = { ...fleet.mind, limits: all, outputStreams: createOutputStreams(all.outputBytes) };
  const mind = { ...usual, ...differing?.(usual) };
  const server = await createHttpServer({
    mind,
    channel: channel?.(mind),
    log: captureLog(logLines),
    host: '127.0.0.1',
    port: 0,
    reusePort: false,
    tls: undefined,
    trustProxy: false,
    clientFile: '/nonexistent',
    bodyLimitBytes: 1024 * 1024,
    headersTimeoutSeconds: 10,
    requestTimeoutSeconds: 10,
    keepAliveTimeoutSeconds: 10,
    maxConnections: 100,
    insecureHttp: false,
    checksAnswers: true,
    requestsPerOperator: 3000,
    failedSignInsPerAddress: 30,
    stopTimeoutSeconds: 0.2,
    ...options,
  });
  const url = await server.listen();
  if (until === 'test_ends') onTestFinished(() => server.stop());
  return {
    url,
    server,
    mind,
    fleet,
    database,
    logLines,
    call: (path: string, what?: Call) => call(url + path, what),
    /** What went to the API log since the last call, once there are so many entries. */
    async logged(count: number) {
      const entries: ApiLogEntry[] = [];
      await expect
        .poll(() => {
          entries.push(...fleet.mind.apiLog.take().entries);
          return entries.length;
        })
        .toBeGreaterThanOrEqual(count);
      return { entries };
    },
    /** A registration token as an administrator would hand it out. */
    async addToken(): Promise<string> {
      const token = newRegistrationToken('fingerprint');
      await addRegistrationToken(database, token, sealRegistrationToken(fleet.mind.masterKey, token));
      return token;
    },
    /** A host that is verified, with a token and a command that it was not given yet. */
    async enrol() {
      const machine = createMachine(fleet);
      await machine.enrol(await fleet.addToken());
      return { machine, token: machine.token, wireNumber: await fleet.define() };
    },
  };
}
export type OpenDoor = Awaited<ReturnType<typeof openDoor>>;

export async function addRegistrationToken(
  database: OpenDatabase,
  token: string,
  sealed = '',
): Promise<void> {
  await database.write((tables) =>
    tables.registrationTokens.add(
      {
        secretHash: registrationSecretHash(token),
        sealed,
        createdAt: 0,
        expiresAt: null,
        uses: null,
        mustApprove: false,
      },
      [],
    ),
  );
}

/** The body of a post, sealed as a host seals it. */
export function sealedPost({ uuid }: { uuid: string }, output: string, result: string) {
  const key = fernetKeyOfUuid(uuid);
  return { output: sealFernet(key, output), result: sealFernet(key, result) };
}

function captureLog(lines: string[]): Logger {
  return pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
}
