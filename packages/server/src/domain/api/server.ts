import { signingKeyFingerprint } from '@remotes/protocol/crypto/sign';
import type { serverRoutes } from '@remotes/protocol/operators/server';
import { version } from '@remotes/protocol/version';
import { isDeclined } from '../administration-refusal.ts';
import { keyTextFingerprint } from '../key-succession.ts';
import type { ApiDeeds } from '../operators/api-ask.ts';
import { momentText } from './moment-text.ts';
import { refusalOfNarrowed } from './narrowed.ts';

/** The server itself. Its fingerprints are no secret: every account sees them, and counts of its own hosts. */
export const serverDeeds: ApiDeeds<keyof typeof serverRoutes> = {
  async server_show({ mind, actor }) {
    const { tables } = mind.storage;
    const now = mind.clock();
    await mind.presence.settle();
    const row = await tables.server.read();
    return {
      answer: {
        version,
        server_id: row.serverId ?? '',
        signing_key: signingKeyFingerprint(row.signingPublicPem ?? ''),
        recovery_key: signingKeyFingerprint(row.recoveryPublicPem ?? ''),
        is_recovery_key_in_database: row.recoveryPrivateSealed !== null,
        previous_signing_keys: (await tables.server.successions()).map(({ previous_key, at_ms, by }) => ({
          signing_key: keyTextFingerprint(previous_key),
          until: momentText(at_ms),
          by,
        })),
        is_paused: row.isPaused,
        time: momentText(now),
        hosts: await tables.hosts.count(actor.hostsGroupIds, now),
      },
    };
  },
  async server_pause({ mind, actor, author }) {
    const narrowed = refusalOfNarrowed(actor, 'pause the server');
    if (narrowed) return narrowed;
    const { wasPaused } = await mind.storage.decide('pauseOffering', {
      storeId: null,
      now: mind.clock(),
      by: author,
    });
    return { answer: { was_paused: wasPaused } };
  },
  async server_resume({ mind, actor, author, body }) {
    const narrowed = refusalOfNarrowed(actor, 'let the server go on');
    if (narrowed) return narrowed;
    const done = await mind.storage.decide('resumeOffering', {
      agreedHosts: body.yes ?? null,
      now: mind.clock(),
      by: author,
    });
    if (isDeclined(done)) return done;
    return { answer: { was_paused: done.wasPaused, will_run_on_hosts: done.willRunOn } };
  },
};
