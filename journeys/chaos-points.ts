/** What has to happen so that a point is passed. */
export type Scene = 'greeting' | 'past' | 'short run' | 'long run' | 'stop' | 'replay' | 'twin' | 'goodbye';

/** A moment at which one of the two is killed, on the way of one message. */
export type ChaosPoint = {
  readonly side: 'server' | 'client';
  readonly message: string;
  readonly moment: string;
  /** As REMOTES_CRASH_AT names it. */
  readonly at: string;
  readonly scene: Scene;
  /** A run that is given there must succeed, as its program was not cut off. */
  readonly isHarmless: boolean;
};

/** Of each message that is said on the channel: what the server decides on it, and the message that answers it. */
const exchanges: readonly { said: string; decision?: string; answer: string; scene: Scene }[] = [
  { said: 'prove', answer: 'proved', scene: 'greeting' },
  { said: 'hello', decision: 'greetHost', answer: 'welcome', scene: 'greeting' },
  { said: 'ran', decision: 'recallRuns', answer: 'recalled', scene: 'past' },
  { said: 'started', decision: 'noteStarted', answer: 'nothing', scene: 'long run' },
  { said: 'output', decision: 'storeOutput', answer: 'nothing', scene: 'long run' },
  { said: 'finished', decision: 'settleSealedRun', answer: 'stored', scene: 'short run' },
  { said: 'refused', decision: 'refuseRun', answer: 'stored', scene: 'replay' },
];
/** Of each that the server says unasked: what was decided before. */
const pushes: readonly { said: string; decision?: string; scene: Scene }[] = [
  { said: 'run', decision: 'claimRuns', scene: 'short run' },
  { said: 'stop', decision: 'stopJob', scene: 'stop' },
  { said: 'call', scene: 'twin' },
  { said: 'goodbye', scene: 'goodbye' },
];
/** What a client does on its own disk between a run and its report. */
const journalMoments = {
  run: ['claimed', 'journal-before-begin', 'journal-begun'],
  finished: ['program-ended', 'journal-finished', 'posted', 'past-kept', 'journal-stored'],
};

/** All messages on whose way somebody is killed. */
export const killedAt: readonly string[] = [
  ...exchanges.flatMap(({ said, answer }) => [said, answer]),
  ...pushes.map(({ said }) => said),
];

export const serverPoints: readonly ChaosPoint[] = [...exchanges, ...pushes].flatMap((each) => {
  const { said: message, scene, decision } = each;
  const point = (moment: string, at: string) => ({
    side: 'server' as const,
    message,
    moment,
    at,
    scene,
    isHarmless: false,
  });
  const answer = 'answer' in each ? each.answer : message;
  return [
    ...(decision === undefined
      ? []
      : [
          point('server before commit', `before-commit:${decision}`),
          point('server after commit', `after-commit:${decision}`),
        ]),
    // An answer that says nothing leaves right after the commit.
    ...(answer === 'nothing'
      ? []
      : [point('server before it answers or says it', `before-answer:${answer}`)]),
  ];
});

export const clientPoints: readonly ChaosPoint[] = [
  ...exchanges.flatMap(({ said, answer, scene }) => [
    clientPoint(said, 'client before it is said', `says:${said}`, scene),
    clientPoint(said, 'client when the answer has come', `hears:${answer}`, scene),
  ]),
  ...pushes.map(({ said, scene }) => clientPoint(said, 'client when it has come', `hears:${said}`, scene)),
  ...Object.entries(journalMoments).flatMap(([message, moments]) =>
    moments.map((at) => clientPoint(message, `client ${at}`, at, 'short run')),
  ),
];

function clientPoint(message: string, moment: string, at: string, scene: Scene): ChaosPoint {
  const isHarmless = scene === 'short run' && at !== 'journal-begun' && at !== 'program-ended';
  return { side: 'client', message, moment, at, scene, isHarmless };
}

/** How often each was visited, message by message. */
export function coverageTable(
  points: readonly ChaosPoint[],
  visits: ReadonlyMap<ChaosPoint, number>,
): string {
  const lines = [...Map.groupBy(points, ({ message }) => message)].flatMap(([message, its]) =>
    its.map((point) => `${message.padEnd(10)} ${point.moment.padEnd(38)} ${visits.get(point) ?? 0}`),
  );
  return ['message    killed                                 visits', ...lines].join('\n');
}
