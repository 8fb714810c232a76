import { randomUUID } from "node:crypto";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import pg from "pg";

/** A PostgreSQL server for tests, and how it is reached. */
export interface SharedServer extends AsyncDisposable {
  url: string;
}

/** PostgreSQL itself, compiled to WebAssembly, behind a socket on this machine. */
export async function startPglite({ pgvector = true, port = 0 } = {}): Promise<SharedServer> {
  const db = await PGlite.create(pgvector ? { extensions: { vector } } : {});
  const server = new PGLiteSocketServer({ db, port, maxConnections: 20 });
  await server.start();
  let isRunning = true;
  return {
    // It takes any password.
    url: `postgres://postgres:not-for-the-log@${server.getServerConn()}/postgres`,
    async [Symbol.asyncDispose]() {
      // A test may have ended it by then, to see what happens.
      if (!isRunning) return;
      isRunning = false;
      await server.stop();
      await db.close();
    },
  };
}

/** A database of its own on the server that FOURFOLD_TEST_POSTGRES names; it goes when the tests have ended. */
export async function makeDatabase(serverUrl: string): Promise<SharedServer> {
  const name = `fourfold_test_${randomUUID().replaceAll("-", "")}`;
  const ask = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await ask(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, [Symbol.asyncDispose]: () => ask(`DROP DATABASE ${name} WITH (FORCE)`) };
}

/** What tests of shared collections run on: PGlite always, and the server of FOURFOLD_TEST_POSTGRES where it is set. */
export const sharedServers: [name: string, start: () => Promise<SharedServer>][] = [
  ["PGlite", () => startPglite()],
  ...(process.env["FOURFOLD_TEST_POSTGRES"] === undefined
    ? []
    : ([["a PostgreSQL server", () => makeDatabase(process.env["FOURFOLD_TEST_POSTGRES"]!)]] satisfies [
        string,
        () => Promise<SharedServer>,
      ][])),
];
