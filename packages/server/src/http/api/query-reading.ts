import type { JsonSchema } from '@remotes/protocol/operators/closed-shape';
import { type Problem, problem } from '../../domain/operators/problem.ts';
import type { Given, Shape } from './shapes.ts';

/** The query of a request target: texts, read as numbers, truth values and lists where the shape has such. */
export function readQuery(shape: Shape, target: string | undefined): Given | Problem {
  const query = target?.indexOf('?') ?? -1;
  const sent = new URLSearchParams(query < 0 ? '' : target?.slice(query));
  const given: Record<string, unknown> = {};
  for (const name of new Set(sent.keys())) {
    const texts = sent.getAll(name);
    const member = shape.members[name];
    const items = member?.type === 'array' ? ((member.items ?? {}) as JsonSchema) : undefined;
    if (items) given[name] = texts.map((text) => readText(text, items));
    else if (texts.length > 1) return problem('invalid_request', `"${name.slice(0, 100)}" is given twice.`);
    else given[name] = readText(texts[0] ?? '', member);
  }
  return shape.read(given);
}

/** What does not look like what is wanted stays a text, so that the shape refuses it in its own words. */
export function readText(text: string, schema: JsonSchema | undefined): unknown {
  const type = schema?.type;
  const isNumber = type === 'integer' || type === 'number';
  if (isNumber && /^-?\d{1,16}(\.\d{1,16})?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
