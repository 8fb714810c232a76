import { expect, onTestFinished, test } from "vitest";
import { SupervisedChild } from "../../core/children/supervised-child.ts";
import { BundledModels } from "../../core/models/bundled-models.ts";
import type { TestChild } from "../children/child-program.ts";

/** A child process that may hang, as one does on a machine that has no time for it. */
function hostThatHangs(times: number) {
  const host = new SupervisedChild<TestChild>({
    name: "the model host",
    program: new URL("../children/child-program.ts", import.meta.url),
  });
  onTestFinished(() => host[Symbol.asyncDispose]());
  const failures: unknown[] = [];
  let attempts = 0;
  const bundled = new BundledModels(
    async () => {
      attempts += 1;
      if (attempts <= times) await host.call("hang", {}, { timeLimitMs: 200 });
      else await host.call("count", 3);
    },
    (error) => failures.push(error),
  );
  return { bundled, failures, attempts: () => attempts };
}

test("bundled models that could not be looked at in time are tried again by whoever asks next", async () => {
  const { bundled, failures, attempts } = hostThatHangs(1);
  const stuck = { failure: { code: "child_stuck", action: expect.stringContaining("Try again") } };

  const asked = [bundled.ready(), bundled.ready()];
  for (const each of asked) await expect(each).rejects.toMatchObject(stuck);
  expect([attempts(), failures.length]).toEqual([1, 1]);

  await bundled.ready();
  await bundled.ready();
  expect([attempts(), failures.length]).toEqual([2, 1]);
});

test("an engine that closes waits for the attempt that runs, and not for its success", async () => {
  const { bundled, failures } = hostThatHangs(1);
  bundled.ready().catch(() => {});

  await bundled.settled();

  expect(failures).toMatchObject([{ failure: { code: "child_stuck" } }]);
});
