/**
 * How a setting's or a variable's name is spelled in the environment of a program: ASCII letters in upper case,
 * digits as they are, every other character (a code point) as `_`.
 */
export function environmentName(name: string): string {
  let spelled = '';
  for (const character of name) spelled += /[A-Za-z0-9]/.test(character) ? character.toUpperCase() : '_';
  return spelled;
}
