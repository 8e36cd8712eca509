import { jsonText } from '@remotes/protocol/screen/json-text';
import { isoTime, localTime, readMoment } from '@remotes/protocol/screen/time-text';
import { isDeclined } from '../domain/administration-refusal.ts';
import {
  newRegistrationToken,
  registrationSecretHash,
  sealRegistrationToken,
} from '../domain/registration-token.ts';
import { localAuthor } from './local-author.ts';
import { type Given, localCommand, readCount, usageError } from './local-command.ts';
import { openStore, withExistingStorage } from './open-store.ts';
import { showRefusal } from './refusal-text.ts';
import { listRegistrationTokens } from './registration-token-list.ts';

/** `remotes-server registration_token`: makes a token that lets hosts register, lists and revokes them. */
export const registrationToken = localCommand({
  name: 'registration_token',
  help: `Usage: remotes-server registration_token [--expires WHEN] [--uses N] [--group NAME]… [--approve]
       remotes-server registration_token list [--show]
       remotes-server registration_token revoke ID…

Prints a new token that lets hosts register, and nothing else.

  --expires WHEN   7d, 12h, 30m, never, or a date such as 2027-01-31 or 2027-01-31T18:00 (7d)
  --uses N         how many hosts may verify with it (any number)
  --group NAME     a hosts group that they join, besides the usual one; may be given again
  --approve        each of them waits for "remotes-server hosts approve"

"list" shows every token without its secret; with --show also the secret. "revoke" ends tokens at once; hosts that
verified with them stay.

  --json               for programs
  --data FOLDER        where the database and the master key are (./remotes-data)
  --database-url URL   postgres://… instead of SQLite in the data folder

Examples:
  remotes-server registration_token --group web --uses 1
  remotes-server registration_token --expires 2027-01-31 --approve
  remotes-server registration_token revoke 3`,
  actions: {
    '': {
      options: {
        expires: { type: 'string' },
        uses: { type: 'string' },
        group: { type: 'string', multiple: true },
        approve: { type: 'boolean' },
      },
      run: make,
    },
    list: { options: { show: { type: 'boolean' } }, run: listRegistrationTokens },
    revoke: { takes: ['ID…'], run: revoke },
  },
});

async function make(given: Given): Promise<number> {
  const { values, isJson } = given;
  const now = Date.now();
  const expiresAt = readExpiry(values.expires as string | undefined, now);
  const uses = readCount(given, 'uses') ?? null;
  const { storage, masterKey, fingerprint } = await openStore(given.store);
  try {
    const token = newRegistrationToken(fingerprint);
    const made = await storage.decide('createRegistrationToken', {
      secretHash: registrationSecretHash(token),
      sealed: sealRegistrationToken(masterKey, token),
      hostsGroups: [...((values.group as readonly string[] | undefined) ?? [])],
      expiresAt,
      uses,
      mustApprove: values.approve === true,
      now,
      by: localAuthor(),
    });
    if (isDeclined(made)) return showRefusal(made, isJson);
    console.log(isJson ? jsonText({ id: made.id, token, expires_at: isoTime(expiresAt), uses }) : token);
    // Whoever looks at it would like to know; a program that takes it up is told nothing but the token.
    if (process.stdout.isTTY && !isJson) {
      console.error(expiresAt === null ? 'It never expires.' : `It expires at ${localTime(expiresAt)}.`);
    }
    return 0;
  } finally {
    await storage.close();
  }
}

function readExpiry(written: string | undefined, now: number): number | null {
  if (written === 'never') return null;
  const at = readMoment(written ?? '7d', now);
  if (at === undefined) {
    throw usageError(
      `--expires takes a time such as 7d, 12h or 30m, "never", or a date such as 2027-01-31, not "${written}".`,
    );
  }
  if (at <= now) throw usageError(`--expires ${written} is not in the future.`);
  return at;
}

async function revoke({ words, isJson, store }: Given): Promise<number> {
  const ids = words.map((word) => {
    if (/^\d{1,15}$/.test(word)) return Number(word);
    throw usageError(`"${word}" is not the id of a token: "registration_token list" shows the ids.`);
  });
  return withExistingStorage(store, async (storage) => {
    const answer = await storage.decide('revokeRegistrationTokens', {
      ids: [...new Set(ids)],
      now: Date.now(),
      by: localAuthor(),
    });
    if (isDeclined(answer)) return showRefusal(answer, isJson);
    if (isJson) console.log(jsonText(answer));
    else {
      for (const id of answer.revoked) console.log(`Registration token ${id} is revoked.`);
      for (const id of answer.unchanged) console.log(`Registration token ${id} was revoked before.`);
    }
    return 0;
  });
}
