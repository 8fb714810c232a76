import { describe, expect, test } from "vitest";
import { parseServerUrl } from "../../core/vectors/postgres/server-url.ts";
import { withPassword } from "../../renderer/panels/documents/server-address.ts";

describe("a server's address typed with its password apart", () => {
  test.each(["plain", "with:colon", "a/b@c?d#e", "100 %", "Grüße"])("reaches the engine as one (%s)", (password) => {
    const url = withPassword("postgres://ada@db.example:6000/team?sslmode=disable", password);

    expect(parseServerUrl(url)).toMatchObject({
      address: { host: "db.example", port: 6000, database: "team", user: "ada", encryption: "off" },
      password,
    });
  });

  test("stays as it is without a password, or when it is no address", () => {
    expect(withPassword("postgres://ada@db/team", "")).toBe("postgres://ada@db/team");
    expect(withPassword("db.example", "secret")).toBe("db.example");
  });
});
