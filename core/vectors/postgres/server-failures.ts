import { type Failure, FourfoldError, isFourfoldError } from "../../contract/failures.ts";
import type { ServerAddress } from "../../store/collections.ts";
import { serverName } from "./server-url.ts";

/** What the server itself says (appendix A of its manual), by what the user can do about it. */
const refusals = new Set(["28000", "28P01", "3D000", "42501"]);
const absences = new Set(["53300", "57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006"]);
const MISSING_TABLES = new Set(["42P01", "3F000"]);
const OUT_OF_DISK = "53100";
const STATEMENT_CANCELLED = "57014";

export const isMissingTable = (error: unknown): boolean =>
  error instanceof Error && "code" in error && MISSING_TABLES.has(String(error.code));

/** Turn whatever `pg` threw into a failure with an action; a defect of ours stays what it is. */
export function serverFailure(error: unknown, server: ServerAddress, secondsAllowed: number): unknown {
  if (isFourfoldError(error) || !(error instanceof Error)) return error;
  const failure = failureFor(error, server, secondsAllowed);
  return failure === null ? error : new FourfoldError(failure, { cause: error });
}

function failureFor(error: Error & { code?: string }, server: ServerAddress, seconds: number): Failure | null {
  const name = serverName(server);
  const { user } = server;
  const { message, code = "" } = error;
  if (code === STATEMENT_CANCELLED || message === "Query read timeout") {
    return {
      code: "server_too_slow",
      message: `${name} did not answer within ${seconds} s.`,
      action: "Try again when the server has less to do, or ask who runs it.",
      details: { server: name, seconds },
    };
  }
  if (code === OUT_OF_DISK) {
    return {
      code: "disk_full",
      message: `There is no room left on ${name}; nothing of this step was stored.`,
      action: "Free space on the server, then try again.",
      details: { path: name },
    };
  }
  if (isMissingTable(error)) {
    return {
      code: "collection_not_found",
      message: `The collection is no longer on ${name}: somebody removed it there.`,
      action: "Remove it from this workspace too, or make it anew under the same name.",
      details: { collection: name },
    };
  }
  // Without a password pg does not ask the server but fails in its own arithmetic.
  if (refusals.has(code) || /password must be a|SASL|support SSL|certificate/.test(message)) {
    const isWithoutPassword = message.includes("password must be a");
    // What Node adds behind a semicolon is advice to programmers.
    const reason = isWithoutPassword ? "it asks for a password and none was given" : message.replace(/;.*$/s, "");
    return {
      code: "server_refused",
      message: `${name} does not let ${user} in: ${reason}.`,
      action: whatToDo(message),
      details: { server: name, user, reason },
    };
  }
  if (absences.has(code) || isLostConnection(error)) {
    return {
      code: "server_unreachable",
      message: `${name} cannot be reached: ${lossWords[code] ?? (message || code)}.`,
      action: "Check the network and that the server runs; collections of this workspace go on working.",
      details: { server: name, reason: message || code },
    };
  }
  return null;
}

function whatToDo(refusal: string): string {
  if (refusal.includes("certificate"))
    return "Give the server a certificate this machine knows, or write ?sslmode=require to take any.";
  if (refusal.includes("SSL")) return "Add ?sslmode=disable to the address, on a network you trust.";
  return "Check user, password and database; the password may come from PGPASSWORD or ~/.pgpass.";
}

/** What the commonest errors of the network mean to whoever typed the address. */
const lossWords: Record<string, string> = {
  ENOTFOUND: "no computer of that name is known",
  EAI_AGAIN: "its name cannot be looked up now",
  ECONNREFUSED: "nothing answers at that port",
  EHOSTUNREACH: "no way leads to that computer",
  ENETUNREACH: "this machine is not on its network",
  ETIMEDOUT: "it does not answer",
};

/** Errors of the network carry a system call's name or come from pg in words only. */
const isLostConnection = (error: Error & { code?: string; syscall?: string }): boolean =>
  error.syscall !== undefined ||
  /^E[A-Z]+$/.test(error.code ?? "") ||
  /timeout expired|timeout exceeded|Connection terminated|connection error|not queryable/i.test(error.message);
