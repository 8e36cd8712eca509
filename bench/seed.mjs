// A server's database with hosts, commands and a past, written straight into the file: what is measured is the server.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fernetKeyOfUuid, sealFernet } from '../packages/protocol/dist/crypto/fernet.js';
import { readRsaPublicKey, rsaFingerprint } from '../packages/protocol/dist/crypto/rsa.js';
import {
  newRegistrationToken,
  registrationSecretHash,
} from '../packages/server/dist/domain/registration-token.js';
import { openStorage } from '../packages/server/dist/storage/open.js';

const require = createRequire(new URL('../packages/server/package.json', import.meta.url));
const Database = require('better-sqlite3');

/** Opens a new database in the folder and fills it in one transaction with what `fill` writes. */
export async function seed(dataFolder, fill) {
  const storage = await openStorage({ dataFolder, databaseUrl: undefined, mode: 'inline' });
  await storage.close();
  const db = new Database(join(dataFolder, 'remotes.db'));
  db.pragma('foreign_keys = ON');
  const writer = seeder(db);
  const filled = db.transaction(() => fill(writer))();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return filled;
}

function seeder(db) {
  const now = Date.now();
  const statements = new Map();
  const insert = (table, row) => {
    const columns = Object.keys(row);
    const text = `insert into ${table} (${columns.join()}) values (${columns.map(() => '?').join()})`;
    if (!statements.has(text)) statements.set(text, db.prepare(text));
    return Number(statements.get(text).run(...Object.values(row)).lastInsertRowid);
  };
  return {
    setting(name, value) {
      insert('settings', { name, value, description: '', is_secret: 0, is_active: 1 });
    },
    token() {
      const token = newRegistrationToken('fingerprint');
      insert('registration_tokens', {
        secret_hash: registrationSecretHash(token),
        sealed: '',
        created_at: now,
        must_approve: 0,
      });
      return token;
    },
    hostsGroup(name) {
      return insert('hosts_groups', { name, is_active: 1 });
    },
    /** Which server's this is, as manifests and statements name it. */
    get serverId() {
      const id = randomUUID();
      db.prepare('update server_state set server_id = ? where server_id is null').run(id);
      return db.prepare('select server_id from server_state').pluck().get();
    },
    /** A verified host; its key is used by the server alone, so that all may share one. */
    host(publicPem, groupIds, channelKey = null, fingerprint = undefined) {
      const uuid = randomUUID();
      const token = randomBytes(20).toString('hex');
      const id = insert('hosts', {
        uuid,
        name: uuid,
        public_pem: publicPem,
        key_fingerprint: fingerprint ?? uuid,
        state: 'verified',
        needs_approval: 0,
        registered_at: now,
        verified_at: now,
        channel_key: channelKey,
        told_store_id: db.prepare('select store_id from server_state').pluck().get(),
      });
      insert('host_tokens', {
        host_id: id,
        token_hash: createHash('sha256').update(token).digest('hex'),
        created_at: now,
        used_at: now,
      });
      for (const hosts_group_id of groupIds) insert('hosts_group_members', { hosts_group_id, host_id: id });
      return { id, uuid, token };
    },
    commandsGroup(hostsGroupId) {
      return insert('commands_groups', {
        name: randomUUID(),
        hosts_group_id: hostsGroupId,
        position: 0,
        is_active: 1,
        stop_on_failure: 0,
      });
    },
    /** A command with two settings' worth of text, as commands are. */
    command(commandsGroupId, { attempts = 1, outputVariables = [], settings = [] } = {}) {
      const id = Number(db.prepare('insert into wire_numbers default values').run().lastInsertRowid);
      const jobId = randomUUID();
      insert('commands', {
        id,
        commands_group_id: commandsGroupId,
        name: `command ${id}`,
        description: '',
        position: 0,
        is_active: 1,
        revision: 1,
      });
      insert('command_revisions', {
        command_id: id,
        revision: 1,
        created_at: now,
        interpreter: 'python',
        timeout_seconds: 15,
        attempts,
        program: 'print("a line of the program")\n'.repeat(10),
        settings: JSON.stringify(settings),
        variables: '[]',
        output_variables: JSON.stringify(outputVariables),
      });
      insert('jobs', { id: jobId, kind: 'standing', wire_number: id, command_id: id, created_at: now });
      return { id, jobId };
    },
    variable(name) {
      return insert('variables', { category: 'bench', name });
    },
    pending(hostId, commandId) {
      insert('pending', { host_id: hostId, wire_number: commandId });
    },
    run(hostId, wireNumber, jobId, state) {
      const number = insert('runs', {
        id: randomUUID(),
        job_id: jobId,
        host_id: hostId,
        wire_number: wireNumber,
        command_name: 'past',
        revision: 1,
        attempt: 1,
        state,
        inputs: '{}',
        interpreter: 'python',
        delivered_at: now,
        finished_at: state === 'delivered' ? null : now,
        result: state === 'delivered' ? null : '[\n  ""\n]',
      });
      if (state === 'delivered')
        insert('flights', { run_number: number, host_id: hostId, deadline_at: now + 3_600_000 });
      else
        insert('run_output', {
          run_number: number,
          stream: 'stdout',
          chunk: 0,
          bytes: Buffer.from('x'.repeat(100)),
        });
      return number;
    },
  };
}

/** What a v1 host posts: a kilobyte of output and a list of two. */
export function postBody(uuid) {
  const key = fernetKeyOfUuid(uuid);
  const output = sealFernet(key, 'a line of output\n'.repeat(64));
  return JSON.stringify({ output, result: sealFernet(key, '[\n  "one",\n  "two"\n]') });
}

export function fingerprintOf(publicPem) {
  return rsaFingerprint(readRsaPublicKey(publicPem));
}
