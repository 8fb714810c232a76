import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerAddress } from "./collections.ts";

/**
 * Passwords of shared servers, in a file that only its user can read.
 *
 * Not in the store: that file is copied, sent to others for help, and opened by the index host.
 */
export class ServerPasswords {
  readonly #file: string;

  constructor(workspace: string) {
    this.#file = join(workspace, "server-passwords.json");
  }

  /** Undefined when none was given: then PGPASSWORD and ~/.pgpass are asked, as every PostgreSQL client does. */
  of(server: ServerAddress): string | undefined {
    return this.#read()[keyOf(server)];
  }

  keep(server: ServerAddress, password: string): void {
    writeFileSync(this.#file, JSON.stringify({ ...this.#read(), [keyOf(server)]: password }), { mode: 0o600 });
    // `mode` counts for a new file only.
    chmodSync(this.#file, 0o600);
  }

  #read(): Record<string, string> {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Record<string, string>;
    } catch {
      return {};
    }
  }
}

const keyOf = ({ user, host, port, database }: ServerAddress): string => `${user}@${host}:${port}/${database}`;
