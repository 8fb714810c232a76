import { ORPCError } from "@orpc/client";
import { type Failure, FourfoldError, isFourfoldError } from "../contract/failures.ts";

/** Called with what only a programmer can cause; returns the id under which it was logged. */
export type LogDefect = (error: unknown) => string;

/** What every door gives its oRPC handler, so that a message port and HTTP meet the same failures. */
export function doorOptions(logDefect: LogDefect) {
  return { interceptors: [requestsThatMeanNothing], clientInterceptors: [failuresAsData(logDefect)] };
}

/** A request that reaches no call, because there is none of that name or its body cannot be decoded. */
async function requestsThatMeanNothing<Result extends { matched: boolean }>({
  next,
  request,
  prefix,
}: {
  next: () => Promise<Result>;
  request: { url: URL };
  prefix?: string | undefined;
}): Promise<Result> {
  const path = request.url.pathname.slice(prefix?.length ?? 0);
  const result = await next().catch((error: unknown) => {
    throw error instanceof ORPCError && error.code === "FAILURE" ? error : asError(undecodable());
  });
  if (!result.matched) throw asError(unknownCall(path.split("/").filter((part) => part !== "")));
  return result;
}

/** @param path  room and verb of what was asked for */
export function unknownCall(path: string[]): Failure {
  const call = path.join(".");
  return {
    code: "bad_request",
    message: `There is no call ${call}.`,
    action: "Use one of the calls in core/contract.",
    details: { issues: [{ path: call, problem: "There is no such call." }] },
  };
}

const undecodable = (): Failure => ({
  code: "bad_request",
  message: "The request cannot be decoded.",
  action: "Send it as oRPC's client does: one JSON object, its input under json.",
  details: { issues: [{ path: "", problem: "It is not what oRPC's client sends." }] },
});

/** The one error of the contract, with a failure as its data. */
export const asError = (failure: Failure): ORPCError<"FAILURE", Failure> =>
  new ORPCError("FAILURE", { defined: true, status: 400, message: failure.message, data: failure });

/**
 * Turn whatever a call throws, at once or in the middle of its stream, into the one error of the contract.
 *
 * It wraps every door alike, so a message port, HTTP and an in-process caller meet the same failures.
 * A defect of ours becomes `internal`: logged with its stack, sent without it.
 */
export function failuresAsData(logDefect: LogDefect) {
  const convert = (error: unknown): Error => asError(failureOf(error, logDefect));
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
  if (isAbort(error)) return stopped();
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

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

const stopped = (): Failure => ({
  code: "stopped",
  message: "Stopped.",
  action: "Ask again when you like.",
  details: {},
});

/** What a caller of any door gets back from a failed call, as the failure it carries; null for anything else. */
export function failureFromWire(error: unknown): Failure | null {
  if (error instanceof ORPCError && error.code === "FAILURE") return error.data as Failure;
  // A caller that stops its own call hears so from its end of the wire.
  if (isAbort(error)) return stopped();
  return error instanceof FourfoldError ? error.failure : null;
}
