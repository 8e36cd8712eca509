import { randomBytes } from 'node:crypto';

/** Names requests: a random part for each process, then a count. Cheap, and unique across servers. */
export function createRequestIds(): () => string {
  const process = randomBytes(6).toString('base64url');
  let count = 0;
  return () => {
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}
