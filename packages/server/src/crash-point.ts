import { startProblem } from './domain/start-problem.ts';

/** Where the program can be made to die, for tests that kill it at the worst moments. */
const crashPoints = ['before-commit', 'after-commit', 'before-answer'] as const;
export type CrashPoint = (typeof crashPoints)[number];

let armed: string | undefined;

/** Chooses the point, as `name` or `name:detail`; once, at start. Nothing dies unless this was called. */
export function armCrashPoint(choice: string | undefined): void {
  const name = choice?.split(':')[0];
  if (name !== undefined && !crashPoints.some((point) => point === name)) {
    throw startProblem(`There is no crash point "${name}": name one of ${crashPoints.join(', ')}.`);
  }
  armed = choice;
}

/** What was chosen, so that a thread can be armed alike. */
export function armedCrashPoint(): string | undefined {
  return armed;
}

/** Kills the whole process, as a power cut would, if this point was chosen for one of these details or for any. */
export function reachCrashPoint(point: CrashPoint, details: Iterable<string>): void {
  if (armed === undefined) return;
  const [name, detail] = armed.split(':');
  if (name !== point) return;
  if (detail === undefined || [...details].includes(detail)) process.kill(process.pid, 'SIGKILL');
}
