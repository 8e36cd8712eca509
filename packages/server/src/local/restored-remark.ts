/** What to know once a backup has taken the place of the database. */
export const restoredRemark =
  'Commands that were defined since the backup are not in it: applying the same file again makes new commands of them, ' +
  'which run once more on each host, so mark those with "active: false" first. ' +
  'A backup from before "keys rotate" brings the former key back: see "Backup and restore" in docs/operating.md.';
