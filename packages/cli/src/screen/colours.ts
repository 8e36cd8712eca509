import type { Config } from '../config.ts';

const codes = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;

export type Paint = (colour: keyof typeof codes, text: string) => string;

/** Colours on a terminal, unless the environment is against them. */
export function createPaint({ isColourWelcome }: Config, to: NodeJS.WriteStream): Paint {
  const isColoured = isColourWelcome && to.isTTY === true;
  return (colour, text) => (isColoured ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text);
}
