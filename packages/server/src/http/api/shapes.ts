import { closedShape, type JsonSchema } from '@remotes/protocol/operators/closed-shape';
import { Compile } from 'typebox/schema';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import { sentenceOf } from './shape-sentence.ts';
import { problemOfStoring } from './storable.ts';

export type Given = Readonly<Record<string, unknown>>;

/** What must be sent: checked, and completed with what is usual. */
export type Shape = {
  /** The members that can be sent, with their schemas. */
  readonly members: Readonly<Record<string, JsonSchema>>;
  read(given: Given): Given | Problem;
};

/** Compiled when it is wanted for the first time: a server has some dozens of them, and starts quickly. */
export function shapeOf(schema: object): Shape {
  const shape = closedShape(schema);
  const members = (shape.properties ?? {}) as Record<string, JsonSchema>;
  const usual = Object.entries(members).filter(([, member]) => 'default' in member);
  let validator: ReturnType<typeof Compile> | undefined;
  return Object.freeze({
    members,
    read(given: Given) {
      const completed: Record<string, unknown> = { ...given };
      for (const [name, member] of usual) completed[name] ??= member.default;
      validator ??= Compile(shape);
      if (validator.Check(completed)) {
        const unfit = problemOfStoring(completed);
        return unfit === undefined ? completed : problem('invalid_request', unfit);
      }
      const [, errors] = validator.Errors(completed);
      return problem('invalid_request', sentenceOf(errors, shape));
    },
  });
}
