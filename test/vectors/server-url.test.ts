import { describe, expect, test } from "vitest";
import type { FourfoldError } from "../../core/contract/failures.ts";
import { parseServerUrl, serverName } from "../../core/vectors/postgres/server-url.ts";

describe("a server's address", () => {
  test("is taken apart into what may be shown and the password", () => {
    expect(parseServerUrl("postgres://ada%40home:p%3Aw@db.example:6000/team?sslmode=verify-full")).toEqual({
      address: { host: "db.example", port: 6000, database: "team", user: "ada@home", encryption: "verified" },
      password: "p:w",
    });
    expect(serverName({ host: "db.example", port: 5432, database: "team", user: "ada", encryption: "off" })).toBe(
      "db.example/team",
    );
  });

  test("is encrypted unless it is this very machine or says otherwise", () => {
    const encryptionOf = (url: string): string => parseServerUrl(url).address.encryption;

    expect(encryptionOf("postgres://ada@db.example/team")).toBe("unverified");
    expect(encryptionOf("postgres://ada@127.0.0.1/team")).toBe("off");
    expect(encryptionOf("postgresql://ada@[::1]/team")).toBe("off");
    expect(encryptionOf("postgres://ada@db.example/team?sslmode=disable")).toBe("off");
  });

  test.each([
    ["not an address", /no address/],
    ["mysql://ada@host/team", /begin with postgres/],
    ["postgres://host/team", /no user/],
    ["postgres://ada@host", /no database/],
    ["postgres://ada@host/team?sslmode=maybe", /sslmode/],
    ["postgres://ada@host/team?options=-c", /options/],
    ["postgres://ada:100%@host/team", /percent/],
  ])("that is wrong (%s) is refused with the reason, and the address is not repeated", (url, problem) => {
    let refusal: unknown;
    try {
      parseServerUrl(url);
    } catch (error) {
      refusal = error;
    }

    expect(refusal).toMatchObject({
      failure: { code: "server_address_invalid", details: { problem: expect.stringMatching(problem) } },
    });
    expect(JSON.stringify((refusal as FourfoldError).failure)).not.toContain(url);
  });
});
