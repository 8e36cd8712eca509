import { expect, test } from 'vitest';
import { refusalOfInputNames } from '../../../src/domain/jobs/input-names.ts';
import type { JobOrder } from '../../../src/domain/jobs/job-request.ts';

type ProgramOrder = Extract<JobOrder, { kind: 'program' }>;

const refusalOf = (names: string[], more: Partial<ProgramOrder> = {}) =>
  refusalOfInputNames({
    kind: 'program',
    program: 'env',
    interpreter: 'sh',
    settings: [],
    variables: names.map((name) => ({ name, text: '1' })),
    outputVariables: [],
    ...more,
  });

test('two inputs that a program would find under one name in its environment are no job', () => {
  expect(refusalOf(['X', 'x'])).toMatchObject({
    problem: 'unsuitable_value',
    sentence:
      '"X" and "x" would both be REMOTES_VARIABLE_X in the environment: give one of them another name.',
  });
  expect(refusalOf([], { settings: ['a-b', 'a_b'] })?.sentence).toContain('REMOTES_SETTING_A_B');
  expect(refusalOf(['X', 'x'], { interpreter: 'auto' })).toBeDefined();
  expect(refusalOf(['X', 'y'], { settings: ['x', 'x'] })).toBeUndefined();
  // These are handed objects.
  for (const interpreter of ['python', 'node'] as const)
    expect(refusalOf(['X', 'x'], { interpreter })).toBeUndefined();
});

test('a variable that is called nothing, or what no line of text holds, is no input', () => {
  for (const name of ['', 'a\0', 'a\nb', 'x'.repeat(201)]) {
    for (const interpreter of ['sh', 'python'] as const)
      expect(refusalOf([name], { interpreter })?.problem, name).toBe('unsuitable_value');
  }
  expect(refusalOf(['größe', 'x'.repeat(200)])).toBeUndefined();
});
