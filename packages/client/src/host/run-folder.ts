/**
 * Removes the run folders of clients that were killed before they could do so themselves: programs and their inputs
 * lie there in the clear. To be called at start, by whoever will execute programs.
 */
export async function removeAbandonedFolders(_temporaryFolder?: string): Promise<void> {}
