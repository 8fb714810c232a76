import pg from "pg";
import type { ServerAddress } from "../../store/collections.ts";
import { prepareServer } from "./schema.ts";
import { isMissingTable, serverFailure } from "./server-failures.ts";

/** A server in the same building answers in milliseconds; after this long nobody is there. */
const CONNECT_MS = 5000;
/** One statement; storing a document of thousands of chunks with its HNSW links is the longest. */
const STATEMENT_MS = 60_000;
/** A team's server has a limited number of connections; imports and questions of one workspace need no more. */
const CONNECTIONS = 4;

export interface TransactionOptions {
  /** Sees one state of the server from its first statement to its last. */
  readOnly?: boolean;
  signal?: AbortSignal | undefined;
}

/** A PostgreSQL server with pgvector, spoken to in transactions; connects when it is first needed. */
export class PostgresServer implements AsyncDisposable {
  readonly address: ServerAddress;
  readonly #pool: pg.Pool;
  #prepared: Promise<void> | null = null;

  /** @param password  undefined: PGPASSWORD and ~/.pgpass are asked */
  constructor(address: ServerAddress, password: string | undefined) {
    const { host, port, database, user, encryption } = address;
    this.address = address;
    this.#pool = new pg.Pool({
      host,
      port,
      database,
      user,
      ...(password === undefined ? {} : { password }),
      ssl: encryption === "off" ? false : { rejectUnauthorized: encryption === "verified" },
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      // The server gives up first; the client does when it hears nothing at all any more.
      statement_timeout: STATEMENT_MS,
      query_timeout: STATEMENT_MS + CONNECT_MS,
      keepAlive: true,
      application_name: "fourfold",
    });
    // A connection that breaks fails the call that uses it, or is replaced by the next; the event besides, heard by
    // nobody, would end the engine.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  /**
   * Run statements in one transaction: all of them count, or none.
   *
   * Aborting breaks the connection, so the call ends at once and the server rolls back.
   *
   * @throws server_unreachable, server_refused, server_too_slow, server_lacks_pgvector, server_newer
   */
  async transaction<Result>(
    use: (client: pg.PoolClient) => Promise<Result>,
    { readOnly = false, signal }: TransactionOptions = {},
  ): Promise<Result> {
    this.#prepared ??= this.#run((client) => prepareServer(client, this.address), undefined);
    // A server that was away may be back at the next call.
    await this.#prepared.catch((error: unknown) => {
      this.#prepared = null;
      throw error;
    });
    return await this.#run(async (client) => {
      await client.query(readOnly ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN");
      const result = await use(client);
      await client.query("COMMIT");
      return result;
    }, signal);
  }

  async #run<Result>(
    use: (client: pg.PoolClient) => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    signal?.throwIfAborted();
    let client: pg.PoolClient | null = null;
    let failed = false;
    const drop = (): void => client?.release(true);
    try {
      client = await this.#pool.connect();
      signal?.throwIfAborted();
      signal?.addEventListener("abort", drop, { once: true });
      return await use(client);
    } catch (error) {
      failed = true;
      if (signal?.aborted) throw signal.reason;
      // Another database may answer at the same address now: the next call looks whether it has our tables.
      if (isMissingTable(error)) this.#prepared = null;
      throw serverFailure(error, this.address, STATEMENT_MS / 1000);
    } finally {
      signal?.removeEventListener("abort", drop);
      // A connection in the middle of a failed transaction is not worth mending.
      if (!signal?.aborted) client?.release(failed);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
  }
}
