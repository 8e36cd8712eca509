/** Rises with each change of the messages; PROTOCOL.md has its history. Each end says its own and takes whatever the other knows. */
export const capability = 2;
