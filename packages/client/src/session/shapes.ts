/**
 * What somebody else's JSON may look like. The schemas of the protocol say the same; a host brings no schema library, as
 * that would cost each start of the client more than everything else in it. A test holds the two together.
 */
export type Shape = (value: unknown) => boolean;

export const isText: Shape = (value) => typeof value === 'string';
export const isTruth: Shape = (value) => typeof value === 'boolean';

function matches(pattern: RegExp): Shape {
  return (value) => typeof value === 'string' && pattern.test(value);
}

export function oneOf(...values: readonly unknown[]): Shape {
  return (value) => values.includes(value);
}

export function wholeFrom(least: number): Shape {
  return (value) => Number.isInteger(value) && Number(value) >= least;
}

export function listOf(shape: Shape, most = Number.POSITIVE_INFINITY): Shape {
  return (value) => Array.isArray(value) && value.length <= most && value.every(shape);
}

/** Members that are not named are let pass: a newer end may have sent them. */
export function objectOf(
  members: Readonly<Record<string, Shape>>,
  perhaps: Readonly<Record<string, Shape>> = {},
): Shape {
  const own = (value: object, name: string) =>
    Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  return (value) =>
    isObject(value) &&
    Object.entries(members).every(([name, shape]) => shape(own(value, name))) &&
    Object.entries(perhaps).every(([name, shape]) => !Object.hasOwn(value, name) || shape(own(value, name)));
}

/** An object of any names. */
export function recordOf(shape: Shape): Shape {
  return (value) => isObject(value) && Object.values(value).every(shape);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const isWhole = wholeFrom(Number.NEGATIVE_INFINITY);
export const isTimeMs: Shape = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
export const isUuid = matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const isSha256 = matches(/^[0-9a-f]{64}$/);
export const isInterpreterName = matches(/^[a-z0-9_]{1,40}$/);
export const isBytes16 = matches(/^[A-Za-z0-9_-]{22}$/);
export const isBytes32 = matches(/^[A-Za-z0-9_-]{43}$/);
export const isSignature = matches(/^[A-Za-z0-9_-]{86}$/);
export const isBytes = matches(/^[A-Za-z0-9_-]*$/);
