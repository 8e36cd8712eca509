import { signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import { jsonText } from '@remotes/protocol/screen/json-text';
import { isoTime, localTime } from '@remotes/protocol/screen/time-text';
import type { KeySuccession } from '@remotes/protocol/values/key-succession';
import { keyTextFingerprint } from '../domain/key-succession.ts';
import { startProblem } from '../domain/start-problem.ts';
import type { Given } from './local-command.ts';
import { withExistingStorage } from './open-store.ts';

/** Shows by what hosts know this server: nothing of it is secret. */
export async function showKeys({ isJson, store }: Given): Promise<number> {
  return withExistingStorage(store, async ({ tables }) => {
    const { serverId, signingPublicPem, recoveryPublicPem, recoveryPrivateSealed } =
      await tables.server.read();
    if (serverId === null || signingPublicPem === null || recoveryPublicPem === null) {
      throw startProblem('This server has no keys yet: they are made when it starts for the first time.');
    }
    const successions = (await tables.server.successions()).map(shown);
    const isRecoveryKeyHere = recoveryPrivateSealed !== null;
    const signing = signingKeyFingerprint(signingPublicPem);
    const recovery = signingKeyFingerprint(recoveryPublicPem);
    if (isJson) {
      const json = successions.map(({ previous, next, at, by }) => ({
        previous_key: previous,
        next_key: next,
        at: isoTime(at),
        by,
      }));
      console.log(
        jsonText({
          server: serverId,
          signing_key: signing,
          recovery_key: recovery,
          is_recovery_key_in_database: isRecoveryKeyHere,
          successions: json,
        }),
      );
      return 0;
    }
    console.log(`Server        ${serverId}`);
    console.log(`Signing key   ${signing}`);
    console.log(`Recovery key  ${recovery}`);
    for (const { previous, at, by } of successions) {
      console.log(`Before        ${previous}, until ${localTime(at)} (followed by word of the ${by} key)`);
    }
    if (isRecoveryKeyHere) {
      console.error(
        'The recovery key is still in the database: "remotes-server keys take-recovery FILE" takes it offline.',
      );
    }
    return 0;
  });
}

function shown({ previous_key, next_key, at_ms, by }: Omit<KeySuccession, 'server'>) {
  return { previous: keyTextFingerprint(previous_key), next: keyTextFingerprint(next_key), at: at_ms, by };
}
