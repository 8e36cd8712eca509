import type { DefinitionsView } from './definitions.ts';

/** Loads something once for each epoch: it is as new as the definitions, at most a fifth of a second old. */
export function rememberForEpoch<Value>(
  definitions: DefinitionsView,
  load: () => Promise<Value>,
): () => Promise<Value> {
  let known: { readonly epoch: number; readonly value: Promise<Value> } | undefined;
  return async () => {
    const { epoch } = await definitions.current();
    if (known?.epoch === epoch) return known.value;
    const asked = { epoch, value: load() };
    known = asked;
    asked.value.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.value;
  };
}
