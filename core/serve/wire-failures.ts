import { ORPCError } from "@orpc/client";
import { type Failure, FourfoldError, isFourfoldError } from "../contract/failures.ts";

/** Called with what only a programmer can cause; returns the id under which it was logged. */
export type LogDefect = (error: unknown) => string;

/**
 * Turn whatever a call throws, at once or in the middle of its stream, into the one error of the contract.
 *
 * It wraps every door alike, so a message port, HTTP and an in-process caller meet the same failures.
 * A defect of ours becomes `internal`: logged with its stack, sent without it.
 */
export function failuresAsData(logDefect: LogDefect) {
  const convert = (error: unknown): ORPCError<"FAILURE", Failure> => {
    const failure = failureOf(error, logDefect);
    return new ORPCError("FAILURE", { defined: true, status: 400, message: failure.message, data: failure });
  };
  return async function intercept<Options extends { next: () => Promise<unknown> }>({ next }: Options): Promise<any> {
    try {
      const output = await next();
      return isStream(output) ? convertStream(output, convert) : output;
    } catch (error) {
      throw convert(error);
    }
  };
}

type Stream = AsyncIterator<unknown, unknown, unknown>;

const isStream = (output: unknown): output is Stream =>
  typeof output === "object" && output !== null && Symbol.asyncIterator in output && "next" in output;

async function* convertStream(
  stream: Stream,
  convert: (error: unknown) => Error,
): AsyncGenerator<unknown, unknown, void> {
  try {
    // `yield*` would lose nothing either, but an error has to be caught on its way.
    return yield* { [Symbol.asyncIterator]: () => stream };
  } catch (error) {
    throw convert(error);
  }
}

function failureOf(error: unknown, logDefect: LogDefect): Failure {
  if (isFourfoldError(error)) return error.failure;
  if (error instanceof ORPCError && error.code === "BAD_REQUEST") return badRequest(error);
  if (error instanceof Error && error.name === "AbortError") {
    return { code: "stopped", message: "Stopped.", action: "Ask again when you like.", details: {} };
  }
  const logId = logDefect(error);
  return {
    code: "internal",
    message: `Something went wrong inside Fourfold (log entry ${logId}).`,
    action: "Try again; if it happens every time, report it with that entry of the workspace's log.",
    details: { logId },
  };
}

function badRequest(error: ORPCError<string, unknown>): Failure {
  const { issues = [] } = (error.data ?? {}) as {
    issues?: { path?: (PropertyKey | { key: PropertyKey })[]; message: string }[];
  };
  const listed = issues.map(({ path = [], message }) => ({
    path: path.map((part) => String(typeof part === "object" ? part.key : part)).join("."),
    problem: message,
  }));
  const words = listed.map(({ path, problem }) => (path === "" ? problem : `${path}: ${problem}`)).join("; ");
  return {
    code: "bad_request",
    message: `The request is not valid: ${words === "" ? error.message : words}`,
    action: "Correct what is named and send it again.",
    details: { issues: listed },
  };
}

/** What a caller of any door gets back from a failed call, as the failure it carries; null for anything else. */
export function failureFromWire(error: unknown): Failure | null {
  if (error instanceof ORPCError && error.code === "FAILURE") return error.data as Failure;
  return error instanceof FourfoldError ? error.failure : null;
}
