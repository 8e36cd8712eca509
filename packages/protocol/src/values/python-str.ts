import type { PythonNumber, PythonValue } from './python-json.ts';

/**
 * What Python's `str()` shows for a value: a string as it is, everything else as `repr()` writes it (`True`, `None`,
 * `1e+16`, `{'a': [1, None]}`). Characters count as printable by this runtime's Unicode version, which may know more of them
 * than the Python at hand.
 */
export function pythonStr(value: PythonValue): string {
  return typeof value === 'string' ? value : repr(value);
}

function repr(value: PythonValue): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return reprOfString(value);
  if (value instanceof Map) {
    const entries = Array.from(
      value as ReadonlyMap<string, PythonValue>,
      ([key, item]) => `${reprOfString(key)}: ${repr(item)}`,
    );
    return `{${entries.join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  return reprOfNumber(value as PythonNumber);
}

function reprOfNumber({ number }: PythonNumber): string {
  if (/^-?\d+$/.test(number)) return number === '-0' ? '0' : number;
  const value = Number(number);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return reprOfFloat(value);
}

/** Both languages write the fewest digits that read back as the same double; they differ in when an exponent is due. */
function reprOfFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

function reprOfString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  return quote + text.replace(notPlain, (character) => escapeOf(character, quote)) + quote;
}

/** Python prints no control, format, unassigned, private or surrogate characters as they are, and no space but U+0020. */
const notPlain = /[\\'"]|\p{C}|(?! )\p{Z}/gu;

function escapeOf(character: string, quote: string): string {
  if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const shortEscapes = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
]);
