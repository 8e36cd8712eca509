/**
 * Reads standard base64 (RFC 4648 section 4) as forgivingly as Python's `base64.b64decode(text)` does, which is what v1
 * readers are used to: ASCII characters outside the alphabet (line breaks, spaces, `-`, `_`) are dropped, and reading stops where
 * padding completes a group of four. Returns undefined where Python raises: a group that is left incomplete, or text
 * that is not ASCII.
 */
export function readBase64Lenient(text: string): Buffer | undefined {
  return readPlainBase64(text, /[-_]/) ?? readDroppingForeign(text, standardAlphabet);
}

/**
 * Reads base64url (RFC 4648 section 5), as forgivingly as Python's `base64.urlsafe_b64decode(text)`: like
 * {@link readBase64Lenient}, and `-` and `+`, `_` and `/` mean the same.
 */
export function readBase64UrlLenient(text: string): Buffer | undefined {
  return readPlainBase64(text) ?? readDroppingForeign(text, bothAlphabets);
}

/**
 * The quick way for text that has nothing to forgive, as nearly all has. Buffer.from drops what it does not know, so
 * the length of what it made tells whether it dropped anything; it takes characters above 255 for others, so only ASCII
 * may come near it.
 */
function readPlainBase64(text: string, foreign?: RegExp): Buffer | undefined {
  if (text.length % 4 !== 0 || !isAscii(text) || foreign?.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined;
}

function readDroppingForeign(text: string, alphabet: Set<number>): Buffer | undefined {
  if (!isAscii(text)) return undefined;
  const kept = Buffer.alloc(text.length);
  let length = 0;
  let pads = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    const place = length % 4;
    if (character === equalsSign) {
      pads += 1;
      // Padding before the third character of a group is ignored, as Python does.
      if (place < 2) pads = 0;
      else if (place + pads >= 4) return decode(kept, length);
    } else if (alphabet.has(character)) {
      kept[length++] = character;
      pads = 0;
    }
  }
  return length % 4 === 0 ? decode(kept, length) : undefined;
}

function decode(kept: Buffer, length: number): Buffer {
  return Buffer.from(kept.toString('latin1', 0, length), 'base64');
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

const equalsSign = '='.charCodeAt(0);
const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const standardAlphabet = new Set(Buffer.from(`${lettersAndDigits}+/`));
const bothAlphabets = new Set(Buffer.from(`${lettersAndDigits}+/-_`));
