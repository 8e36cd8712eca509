import { rotateSigningKey } from './keys-rotate.ts';
import { showKeys } from './keys-show.ts';
import { takeRecoveryKey } from './keys-take-recovery.ts';
import { localCommand } from './local-command.ts';

/** `remotes-server keys`: by what hosts know this server. */
export const keys = localCommand({
  name: 'keys',
  help: `Usage: remotes-server keys [show]
       remotes-server keys rotate [--recovery FILE]
       remotes-server keys take-recovery FILE

Hosts know this server by its signing key: it proves who answers them, and signs everything that they execute.

  show           the server's id, the fingerprints of its signing key and of its recovery key, and which keys it had before.
                 A host that comes from v1 is told the first: remotes-client --action=trust --fingerprint F
  rotate         makes a new signing key, named by the present one. Hosts follow by themselves, and registration
                 tokens that were made before still lead here. Running servers take it at once; every session ends
                 and begins anew
  take-recovery  writes the private recovery key into FILE, which must be new, and forgets it. Keep FILE offline: who holds
                 it can name a new signing key for this server. Copies that were made before still hold it, sealed with
                 the master key: backups, and what "restore" kept as remotes.db.before-restore-*. Exit status 1 also
                 where FILE was written and the database could not be cleaned of what it held before

  --recovery FILE      with "rotate": the recovery key names the new signing key. For when the present one is lost or
                       stolen. All registration tokens are revoked then: make new ones
  --json               for programs
  --data FOLDER        where the database and the master key are (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server keys show
  remotes-server keys take-recovery /media/stick/remotes-recovery.pem
  remotes-server keys rotate --recovery /media/stick/remotes-recovery.pem`,
  actions: {
    '': { run: showKeys },
    show: { run: showKeys },
    rotate: { options: { recovery: { type: 'string' } }, run: rotateSigningKey },
    'take-recovery': { takes: ['FILE'], run: takeRecoveryKey },
  },
});
