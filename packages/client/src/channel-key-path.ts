/** Where the channel key of this private key lies. */
export function channelKeyOf(privateKeyPath: string): string {
  return `${privateKeyPath}.channel`;
}

/** Where a new channel key lies while it is not certain that the server has taken it. */
export function nextChannelKeyOf(channelKeyPath: string): string {
  return `${channelKeyPath}${nextEnding}`;
}

export function isNextChannelKey(path: string): boolean {
  return path.endsWith(nextEnding);
}

const nextEnding = '.new';
