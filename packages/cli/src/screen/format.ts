import type { Given } from '../command.ts';
import { usageTrouble } from '../trouble.ts';

export const outputFormats = ['table', 'wide', 'csv', 'json'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** How `--json` and `-o` ask for the answer. */
export function readFormat(values: Given['values']): OutputFormat {
  const written = values.output;
  if (written === undefined) return values.json === true ? 'json' : 'table';
  const format = outputFormats.find((known) => known === written);
  if (!format) throw usageTrouble(`-o takes ${outputFormats.join(', ')}, not "${written}".`);
  if (values.json === true && format !== 'json')
    throw usageTrouble(`--json and -o ${format} exclude each other: give one of them.`);
  return format;
}
