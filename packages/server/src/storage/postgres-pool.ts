import pg from 'pg';
import { closing, unavailable } from './errors.ts';

export type PostgresPool = {
  /** Runs the work on one connection; a connection that breaks is dropped, and the next work gets a new one. */
  use<Answer>(work: (client: pg.PoolClient) => Promise<Answer>): Promise<Answer>;
  /** Waits until all work is done. */
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

  let isClosed = false;
  let underWay = 0;
  let whenIdle: (() => void) | undefined;
  const use = async <Answer>(work: (client: pg.PoolClient) => Promise<Answer>): Promise<Answer> => {
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
  };

  return Object.freeze({
    async use<Answer>(work: (client: pg.PoolClient) => Promise<Answer>) {
      if (isClosed) throw closing();
      underWay += 1;
      try {
        return await use(work);
      } finally {
        underWay -= 1;
        if (underWay === 0) whenIdle?.();
      }
    },
    async close() {
      isClosed = true;
      // The pool itself would leave those without an answer that wait for a connection.
      if (underWay > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
      await pool.end();
    },
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
