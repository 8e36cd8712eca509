import type { JsonSchema } from '@remotes/protocol/operators/closed-shape';
import type { TLocalizedValidationError } from 'typebox/error';

/** What is wrong with what was sent, in a sentence that names the member. What was sent is not repeated: it may be secret. */
export function sentenceOf(errors: readonly TLocalizedValidationError[], schema: JsonSchema): string {
  // What each alternative says of a value that suits none of them only confuses.
  const told = errors.filter(({ keyword }) => keyword !== 'boolean');
  const plain = told.filter(({ schemaPath }) => !schemaPath.includes('/anyOf/'));
  const error = withinAlternative(told, plain[0]) ?? plain[0] ?? errors[0];
  if (!error) return 'This is not as it should be.';
  const name = nameOf(error.instancePath);
  switch (error.keyword) {
    case 'required': {
      const [missing = ''] = error.params.requiredProperties;
      return `${quoted(join(name, missing))} is missing.`;
    }
    case 'additionalProperties': {
      const [unknown = ''] = error.params.additionalProperties;
      return `There is no ${quoted(join(name, unknown).slice(0, 100))} here.`;
    }
    case 'type':
      return `${subject(name)} must be ${[error.params.type].flat().map(typeName).join(' or ')}.`;
    case 'minLength':
      return error.params.limit === 1
        ? `${subject(name)} must not be empty.`
        : `${subject(name)} must have at least ${error.params.limit} characters.`;
    case 'maxLength':
      return `${subject(name)} must have at most ${error.params.limit} characters.`;
    case 'minItems':
      return error.params.limit === 1
        ? `${subject(name)} must not be empty.`
        : `${subject(name)} must have at least ${error.params.limit} items.`;
    case 'maxItems':
      return `${subject(name)} must have at most ${error.params.limit} items.`;
    case 'minimum':
      return `${subject(name)} must be at least ${error.params.limit}.`;
    case 'maximum':
      return `${subject(name)} must be at most ${error.params.limit}.`;
    case 'exclusiveMinimum':
      return `${subject(name)} must be more than ${error.params.limit}.`;
    case 'exclusiveMaximum':
      return `${subject(name)} must be less than ${error.params.limit}.`;
    case 'uniqueItems':
      return `${subject(name)} names something twice.`;
    case 'format':
      return `${subject(name)} must be a ${error.params.format}.`;
    case 'pattern':
      return `${subject(name)} must be ${patternWords(schemaAt(schema, error.schemaPath), error.params.pattern)}.`;
    case 'enum':
      return `${subject(name)} must be one of ${error.params.allowedValues.map(String).join(', ')}.`;
    case 'const':
      return `${subject(name)} must be ${JSON.stringify(error.params.allowedValue)}.`;
    case 'anyOf':
      return `${subject(name)} must be ${choices(schemaAt(schema, error.schemaPath))}.`;
    default:
      return `${subject(name)} ${error.message}.`;
  }
}

/** What suits one alternative by its kind, and no other, is told what that one wants of it. */
function withinAlternative(
  errors: readonly TLocalizedValidationError[],
  error: TLocalizedValidationError | undefined,
): TLocalizedValidationError | undefined {
  if (error?.keyword !== 'anyOf') return undefined;
  const alternatives = Map.groupBy(
    errors.filter(({ schemaPath }) => schemaPath.startsWith(`${error.schemaPath}/anyOf/`)),
    ({ schemaPath }) => schemaPath.slice(error.schemaPath.length).split('/')[2],
  );
  const suiting = [...alternatives.values()].filter((each) => !each.some(isOfKind));
  return suiting.length === 1 ? suiting[0]?.[0] : undefined;

  function isOfKind({ keyword, instancePath }: TLocalizedValidationError): boolean {
    return (keyword === 'type' || keyword === 'const') && instancePath === error?.instancePath;
  }
}

/** `/hosts/3/name` as people write it: `hosts[3].name`. */
function nameOf(instancePath: string): string {
  return instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((name, part) => (/^\d+$/.test(part) ? `${name}[${part}]` : join(name, part)), '');
}

function join(name: string, member: string): string {
  return name === '' ? member : `${name}.${member}`;
}

function subject(name: string): string {
  return name === '' ? 'The body' : quoted(name);
}

function quoted(name: string): string {
  return `"${name}"`;
}

function typeName(type: string): string {
  return typeNames[type] ?? type;
}

const typeNames: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** As the schema words it, where it does. */
function patternWords(schema: JsonSchema | undefined, pattern: string | RegExp): string {
  const worded = schema?.patternErrorMessage;
  return typeof worded === 'string' ? worded : `spelt like this: ${pattern}`;
}

function choices(schema: JsonSchema | undefined): string {
  const alternatives = (schema?.anyOf ?? []) as readonly JsonSchema[];
  const values = alternatives.flatMap((one) => ('const' in one ? [String(one.const)] : []));
  if (values.length > 0 && values.length === alternatives.length) return `one of ${values.join(', ')}`;
  const words = alternatives.flatMap((one) => {
    if ('const' in one) return [String(one.const)];
    if (Array.isArray(one.enum)) return one.enum.map(String);
    return typeof one.type === 'string' ? [typeName(one.type)] : [];
  });
  return words.length > 0 ? [...new Set(words)].join(' or ') : 'of another kind';
}

function schemaAt(schema: JsonSchema, schemaPath: string): JsonSchema | undefined {
  let at: unknown = schema;
  for (const part of schemaPath.split('/').slice(1)) {
    at = (at as Readonly<Record<string, unknown>> | undefined)?.[part];
  }
  return at as JsonSchema | undefined;
}
