import type { FleetFile } from '@remotes/protocol/values/fleet-file';
import { Document, isMap, isScalar, isSeq, visit } from 'yaml';

/** Writes a fleet file as YAML, programs as they are, line by line. */
export function fleetFileText(file: FleetFile): string {
  const document = new Document(file);
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === 'command' && isScalar(value)) value.type = 'BLOCK_LITERAL';
    },
    Scalar(_, scalar) {
      // A block of white space alone would be read as nothing.
      if (typeof scalar.value === 'string' && !/\S/.test(scalar.value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  separate(document.contents);
  return document.toString({ lineWidth: 0 });
}

/** An empty line before each section. */
function separate(contents: unknown): void {
  if (!isMap(contents)) return;
  for (const { key, value } of contents.items.slice(1)) {
    if (isScalar(key)) key.spaceBefore = true;
    if (isSeq(value) && value.items.length === 0) value.flow = true;
  }
}
