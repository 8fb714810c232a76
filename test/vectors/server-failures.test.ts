import { describe, expect, test } from "vitest";
import { serverFailure } from "../../core/vectors/postgres/server-failures.ts";

const server = { host: "db.example", port: 5432, database: "team", user: "ada", encryption: "verified" as const };
const failureOf = (message: string, code?: string) =>
  serverFailure(Object.assign(new Error(message), code === undefined ? {} : { code }), server, 60);

describe("what a server or the network says", () => {
  test.each([
    ["getaddrinfo ENOTFOUND db.example", "ENOTFOUND", "no computer of that name is known"],
    ["", "ECONNREFUSED", "nothing answers at that port"],
    ["Connection terminated unexpectedly", undefined, "Connection terminated unexpectedly"],
  ])("is said in words when nobody can be reached: %s", (message, code, words) => {
    expect(failureOf(message, code)).toMatchObject({
      failure: { code: "server_unreachable", message: `db.example/team cannot be reached: ${words}.` },
    });
  });

  test.each([
    [
      "self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "self-signed certificate",
      "sslmode=require",
    ],
    [
      "The server does not support SSL connections",
      undefined,
      "The server does not support SSL connections",
      "disable",
    ],
    [
      'password authentication failed for user "ada"',
      "28P01",
      'password authentication failed for user "ada"',
      "PGPASS",
    ],
  ])("is said with what to do when it lets nobody in: %s", (message, code, reason, advice) => {
    expect(failureOf(message, code)).toMatchObject({
      failure: {
        code: "server_refused",
        message: `db.example/team does not let ada in: ${reason}.`,
        action: expect.stringContaining(advice),
      },
    });
  });

  test("stays a defect of ours when it is one", () => {
    expect(failureOf("undefined is no function")).toBeInstanceOf(Error);
    expect(failureOf("undefined is no function")).not.toHaveProperty("failure");
  });
});
