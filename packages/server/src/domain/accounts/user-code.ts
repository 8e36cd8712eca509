import { randomInt } from 'node:crypto';

/** No vowels, so that no words come out, and nothing that is taken for something else (RFC 8628 section 6.1). */
const letters = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;

/** `BCDF-GHJK`: 34 bits, good for ten minutes, and only for those who are signed in. */
export function newUserCode(): string {
  return hyphened(Array.from({ length }, () => letters[randomInt(letters.length)]).join(''));
}

/** A code however it was typed; one that is none finds nothing. */
export function readUserCode(text: string): string {
  return hyphened(text.toUpperCase().replace(/[^A-Z]/g, ''));
}

function hyphened(code: string): string {
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
}
