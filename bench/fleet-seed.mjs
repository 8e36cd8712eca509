// A large fleet with a long past, written by a few statements on either database: 50,000 hosts, 100 runs of each, and one
// ad-hoc job that all of them have been given and none has answered.
import { createHash, randomUUID } from 'node:crypto';

const now = Date.now();
const distinctOutcomes = 7;

/** What v1 knows a host by, made from its number alone: 40 hexadecimal characters. */
export function hostToken(id) {
  return createHash('sha1').update(`bench host ${id}`).digest('hex');
}

export function hostUuid(id) {
  return `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
}

/**
 * `db`: `run(sql)` for one statement, `kind`, `many(table, rows)` for rows as objects, and `layAside(table)`, which takes
 * indexes and triggers off a table and answers what puts them back. Answers the wire number of the job that waits for its
 * answers.
 */
export async function seedFleet(db, { hosts, jobs, publicPem }) {
  const isPostgres = db.kind === 'postgres';
  const series = (name, count) =>
    isPostgres
      ? `generate_series(1, ${count}) as ${name}(n)`
      : `(with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count}) select n from numbers) as ${name}`;
  const explicitId = isPostgres ? 'overriding system value' : '';
  const text = (expression) => (isPostgres ? `cast(${expression} as text)` : expression);
  const padded = (column) =>
    isPostgres ? `lpad(${text(column)}, 6, '0')` : `substr('000000' || ${column}, -6)`;

  await db.run(
    `insert into hosts_groups (id, name, is_active) ${explicitId} select series.n, 'Group ' || ${text('series.n')}, 1 from ${series('series', 20)}`,
  );
  await db.run(`update hosts_groups set name = 'All hosts' where id = 1`);
  const rows = [];
  const tokens = [];
  for (let id = 1; id <= hosts; id += 1) {
    const facts = {
      hostname: `machine-${id}`,
      os: id % 3 === 0 ? 'windows' : 'linux',
      os_release: `6.${id % 12}`,
      architecture: id % 5 === 0 ? 'arm64' : 'x64',
      client_version: '0.1.0',
    };
    rows.push({
      id,
      uuid: hostUuid(id),
      name: `host-${String(id).padStart(6, '0')}`,
      public_pem: publicPem,
      key_fingerprint: hostUuid(id),
      state: 'verified',
      needs_approval: 0,
      registered_at: now,
      verified_at: now,
      last_seen_at: now,
      usual_interval_ms: 60_000,
      facts: JSON.stringify(facts),
      capability: 1,
    });
    const token_hash = createHash('sha256').update(hostToken(id)).digest('hex');
    tokens.push({ host_id: id, token_hash, created_at: now, used_at: now });
  }
  await db.many('hosts', rows, explicitId);
  await db.many('host_tokens', tokens, '');
  await db.run(
    `insert into hosts_group_members (hosts_group_id, host_id) select 1, series.n from ${series('series', hosts)}`,
  );
  await db.run(
    `insert into hosts_group_members (hosts_group_id, host_id) select 2 + series.n % 19, series.n from ${series('series', hosts)}`,
  );
  await db.run(
    `insert into wire_numbers (number) ${explicitId} select series.n from ${series('series', jobs + 1)}`,
  );
  const putBack = await db.layAside('runs');
  for (let number = 1; number <= jobs + 1; number += 1) {
    const isLast = number === jobs + 1;
    const job = {
      id: randomUUID(),
      kind: 'ad_hoc',
      wire_number: number,
      created_at: now - (jobs + 1 - number) * 60_000,
      state: isLast ? 'open' : 'ended',
      name: `job ${number}`,
      interpreter: 'sh',
      timeout_seconds: 60,
      program: 'uname -a',
      settings: '[]',
      variables: '[]',
      output_variables: '[]',
      asked_targets: '{"hosts_groups":["All hosts"]}',
      targets: hosts,
      expires_at: now + 86_400_000,
      created_by: '{"kind":"operator","name":"bench"}',
      ended_at: isLast ? null : now,
    };
    await db.many('jobs', [job], '');
    const state = isLast ? `'delivered'` : `case when hosts.n % 50 = 0 then 'failed' else 'succeeded' end`;
    await db.run(`insert into runs (id, job_id, host_id, wire_number, command_name, revision, attempt, state, exit_code,
        inputs, interpreter, delivered_at, finished_at, output_bytes, result, outcome_hash)
      select '${job.id.slice(0, 24)}' || ${padded('hosts.n')} || ${padded(String(number))}, '${job.id}', hosts.n, ${number}, 'job ${number}', 1, 1,
        ${state}, ${isLast ? 'null' : 'case when hosts.n % 50 = 0 then 1 else 0 end'},
        '{"settings":{},"variables":{}}', 'sh', ${now}, ${isLast ? 'null' : now}, 90, null,
        ${isLast ? 'null' : `'outcome ' || ${text(`hosts.n % 50 % ${distinctOutcomes}`)}`}
      from ${series('hosts', hosts)}`);
  }
  await putBack();
  await db.run(`insert into flights (run_number, host_id, deadline_at)
    select number, host_id, ${now + 3_600_000} from runs where wire_number = ${jobs + 1}`);
  // What was seeded did not happen just now.
  await db.run('delete from events');
  if (isPostgres) {
    // Numbers that were given by hand move no sequence.
    for (const [table, column] of [
      ['hosts_groups', 'id'],
      ['hosts', 'id'],
      ['wire_numbers', 'number'],
    ]) {
      await db.run(
        `select setval(pg_get_serial_sequence('${table}', '${column}'), (select max(${column}) from ${table}))`,
      );
    }
  }
  return jobs + 1;
}
