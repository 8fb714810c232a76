import { FourfoldError } from "../../core/contract/failures.ts";
import { endWithParent } from "../../core/children/end-with-parent.ts";
import { serveChild } from "../../core/children/serve-child.ts";
import type { Handler } from "../../core/children/wire.ts";

/** A child that does on request everything native code was seen to do. */
export interface TestChild {
  [call: string]: Handler<any, any, any>;
  echo: Handler<Float32Array, Float32Array>;
  count: Handler<number, number, number>;
  fail: Handler<Record<string, never>, never>;
  bug: Handler<Record<string, never>, never>;
  abort: Handler<string, never>;
  hang: Handler<Record<string, never>, never>;
  wait: Handler<number, string>;
  waitForStop: Handler<Record<string, never>, string>;
}

const sleep = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
sleep(Number(process.env["START_AFTER_MS"] ?? 0));

const handlers: TestChild = {
  echo: (vector) => vector,
  count: (to, { report }) => {
    for (let i = 1; i <= to; i++) report(i);
    return to;
  },
  fail: () => {
    throw new FourfoldError({ code: "file_missing", message: "gone", action: "look", details: { path: "/x" } });
  },
  bug: () => {
    throw new TypeError("a defect");
  },
  abort: (words) => {
    process.stderr.write(`${words}\n`);
    process.abort();
  },
  hang: () => {
    for (;;);
  },
  wait: (ms) => {
    sleep(ms);
    return "waited";
  },
  waitForStop: (_input, { signal }) =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve("stopped in order"))),
};
endWithParent();
serveChild(handlers);
