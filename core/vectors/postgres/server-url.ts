import { FourfoldError } from "../../contract/failures.ts";
import type { ServerAddress } from "../../store/collections.ts";

const encryptions = {
  disable: "off",
  require: "unverified",
  "verify-full": "verified",
} as const satisfies Record<string, ServerAddress["encryption"]>;

/**
 * Take a connection string apart: what may be shown, and the password, which may not.
 *
 * Without `sslmode` the connection is encrypted, except to this very machine.
 *
 * @throws server_address_invalid  in words that never repeat the string: it may hold a password
 */
export function parseServerUrl(text: string): { address: ServerAddress; password: string | null } {
  if (!URL.canParse(text)) throw invalid("It is no address of the form postgres://user@host:5432/database.");
  const url = new URL(text);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    throw invalid("It has to begin with postgres:// or postgresql://.");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const database = decoded(url.pathname.slice(1));
  const user = decoded(url.username);
  if (host === "") throw invalid("It names no host.");
  if (user === "") throw invalid("It names no user.");
  if (database === "" || database.includes("/")) throw invalid("It names no database.");
  const strange = [...url.searchParams.keys()].find((key) => key !== "sslmode");
  if (strange !== undefined) throw invalid(`It has a parameter ${strange}; only sslmode is known.`);
  const isLoopback = host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
  const sslmode = url.searchParams.get("sslmode") ?? (isLoopback ? "disable" : "require");
  if (!Object.hasOwn(encryptions, sslmode)) throw invalid("Its sslmode is none of disable, require and verify-full.");
  return {
    address: {
      host,
      port: url.port === "" ? 5432 : Number(url.port),
      database,
      user,
      encryption: encryptions[sslmode as keyof typeof encryptions],
    },
    password: url.password === "" ? null : decoded(url.password),
  };
}

/** A server as it is shown: host, port where it is an unusual one, and database. */
export const serverName = ({ host, port, database }: ServerAddress): string =>
  `${host}${port === 5432 ? "" : `:${port}`}/${database}`;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid("A percent sign in it is not followed by two hexadecimal digits; write it as %25.");
  }
}

function invalid(problem: string): FourfoldError {
  return new FourfoldError({
    code: "server_address_invalid",
    message: `The server's address cannot be used. ${problem}`,
    action: "Write postgres://user@host:5432/database; the password may come from PGPASSWORD or ~/.pgpass.",
    details: { problem },
  });
}
