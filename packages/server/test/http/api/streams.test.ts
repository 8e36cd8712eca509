import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../databases.ts';
import { openDoor } from '../open-door.ts';
import { sampleCalls } from './sample-calls.ts';
import { addOperator, withBearer } from './sample-operators.ts';

type Asked = { gone: AbortSignal; lastEventId: string | undefined };

describe('a stream', () => {
  const openStream = async (stream: (asked: Asked) => AsyncIterable<string>) => {
    const database = await openDatabase('sqlite');
    onTestFinished(database.remove);
    const boxes_watch = async (asked: Asked) => ({ answer: undefined, stream: stream(asked) });
    const door = await openDoor(database, { apiCalls: sampleCalls({ boxes_watch }) });
    const { token } = await addOperator(database, door.fleet.mind.clock(), { name: 'vera', role: 'viewer' });
    const watch = async (headers: Record<string, string> = {}): Promise<IncomingMessage> => {
      const sent = request(`${door.url}/api/v2/boxes/events`, {
        agent: false,
        headers: { ...withBearer(token), ...headers },
      }).end();
      const [answer] = await once(sent, 'response');
      answer.setEncoding('utf8');
      onTestFinished(() => {
        sent.destroy();
      });
      return answer;
    };
    return { ...door, watch };
  };

  test('begins at once, and goes on from where its reader was', async () => {
    const { watch } = await openStream(async function* ({ gone, lastEventId }) {
      yield `data: after ${lastEventId}\n\n`;
      await once(gone, 'abort');
    });
    const answer = await watch({ 'last-event-id': '17' });
    expect(answer.headers['content-type']).toBe('text/event-stream');
    let text = '';
    for await (const part of answer) {
      text += part;
      if (text.includes('17')) break;
    }
    expect(text).toBe(': connected\n\ndata: after 17\n\n');
  });

  test('ends when its reader goes', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const { watch } = await openStream(async function* ({ gone }) {
      try {
        await once(gone, 'abort');
      } finally {
        resolve();
      }
      yield 'never';
    });
    (await watch()).destroy();
    await ended;
  });

  test('waits for a reader that is slow', async () => {
    let made = 0;
    const { watch } = await openStream(async function* () {
      for (; made < 100_000; made += 1) yield `${'x'.repeat(1000)}\n`;
    });
    const answer = await watch();
    let before = -1;
    await expect
      .poll(() => {
        const hasStopped = made === before;
        before = made;
        return hasStopped;
      })
      .toBe(true);
    expect(made).toBeLessThan(50_000);
    let bytes = 0;
    for await (const part of answer) bytes += part.length;
    expect(bytes).toBe(100_000 * 1001 + ': connected\n\n'.length);
  });

  test('ends when the server stops, so that stopping takes no longer', async () => {
    const { watch, server } = await openStream(async function* ({ gone }) {
      await once(gone, 'abort');
      yield 'never';
    });
    const answer = await watch();
    answer.resume();
    const ended = once(answer, 'end');
    await server.stop();
    await ended;
  });

  test('that fails breaks off, so that nobody takes it for whole', async () => {
    const { watch, logLines } = await openStream(async function* () {
      yield 'a part';
      throw new Error('the rest is lost');
    });
    const answer = await watch();
    answer.resume();
    await expect(once(answer, 'end')).rejects.toThrow('aborted');
    expect(logLines.join()).toContain('the rest is lost');
  });
});
