type Part = string | Uint8Array;

/**
 * The parts of a stream for as long as somebody takes them. Whoever waits for the next part is told by `gone`; this
 * makes sure of the end even where a stream does not listen.
 */
export async function* untilGone(
  stream: AsyncIterable<Part>,
  { media, gone, onFault }: { media: string; gone: AbortSignal; onFault: (fault: unknown) => void },
): AsyncGenerator<Part> {
  // Lets a reader of events know at once that it is connected.
  if (media === 'text/event-stream') yield ': connected\n\n';
  const parts = stream[Symbol.asyncIterator]();
  try {
    while (!gone.aborted) {
      const next = await nextUnlessGone(parts, gone);
      if (next === 'gone' || next.done) return;
      yield next.value;
    }
  } catch (fault) {
    if (gone.aborted) return;
    onFault(fault);
    // The answer has begun: breaking the connection is the only way left to say that it is not whole.
    throw fault;
  } finally {
    // Not awaited: a stream that still waits for its next part would hold this up.
    void Promise.resolve(parts.return?.()).catch(() => {});
  }
}

/** Not a race with one lasting promise: that would keep every part that ever came. */
function nextUnlessGone(
  parts: AsyncIterator<Part>,
  gone: AbortSignal,
): Promise<IteratorResult<Part> | 'gone'> {
  return new Promise((resolve, reject) => {
    const leave = () => resolve('gone');
    gone.addEventListener('abort', leave, { once: true });
    parts
      .next()
      .then(resolve, reject)
      .finally(() => gone.removeEventListener('abort', leave));
  });
}
