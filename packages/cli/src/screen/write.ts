/** Writes to stdout and waits until it was taken: what is printed must not pile up when its reader is slow. */
export function write(text: string | Uint8Array, to: NodeJS.WriteStream = process.stdout): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(text, (thrown) => (thrown ? reject(thrown) : resolve()));
  });
}
