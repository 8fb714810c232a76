import { createServer } from "node:net";

/** A message of PostgreSQL's protocol: its letter, its length with itself, its content. */
function message(letter: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter, "latin1");
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const askForPassword = message("R", Buffer.from([0, 0, 0, 3]));
const refuse = (user: string): Buffer =>
  message("E", Buffer.from(`SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "${user}"\0\0`, "utf8"));

/**
 * A server that asks for a password and takes none, word for word as PostgreSQL says it: PGlite takes any, and not every
 * machine has a PostgreSQL.
 */
export async function startRefusingServer(user: string): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(askForPassword);
      socket.once("data", () => socket.end(refuse(user)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `postgres://${user}@127.0.0.1:${port}/team`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
