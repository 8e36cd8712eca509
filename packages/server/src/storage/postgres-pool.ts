import pg from 'pg';
import { unavailable } from './errors.ts';

export type PostgresPool = {
  /** Runs the work on one connection; a connection that breaks is dropped, and the next work gets a new one. */
  use<Answer>(work: (client: pg.PoolClient) => Promise<Answer>): Promise<Answer>;
  /** Only once no work is under way: what waits for a connection would wait for ever. */
  close(): Promise<void>;
};

/** How long to wait for a connection, in milliseconds. */
const connectTimeoutMs = 5_000;
/** A server that vanished in the middle of a transaction must not hold its locks for longer than this. */
const idleInTransactionMs = 60_000;

export function createPostgresPool(url: string, size: number): PostgresPool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: 'remotes-server',
    connectionTimeoutMillis: connectTimeoutMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    keepAlive: true,
    // What is not a decision changes nothing.
    onConnect: (client) => client.query('set default_transaction_read_only to on'),
  });
  const broken = new WeakSet<pg.ClientBase>();
  // Without these listeners a connection that breaks would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => broken.add(client));
  });
  pool.on('error', () => {});

  return Object.freeze({
    async use<Answer>(work: (client: pg.PoolClient) => Promise<Answer>) {
      const client = await connect(pool);
      try {
        const answer = await work(client);
        client.release();
        return answer;
      } catch (error) {
        client.release(broken.has(client));
        if (broken.has(client)) throw unavailable(unreachable, error);
        throw error;
      }
    },
    close: () => pool.end(),
  });
}

const unreachable = 'The database cannot be reached: try again.';

/** Whatever keeps a connection from being made, the database can't be asked now. */
async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw error instanceof Error && 'code' in error ? error : unavailable(unreachable, error);
  }
}
