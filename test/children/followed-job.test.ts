import { expect, test } from "vitest";
import { FollowedJob } from "../../core/children/followed-job.ts";

test("a followed job goes on when a follower leaves, and tells a later one first what it announced", async () => {
  const go = Promise.withResolvers<void>();
  const job = new FollowedJob<string, number>("job", async ({ report, announce }) => {
    await Promise.resolve();
    announce("plan");
    await go.promise;
    report("step");
    return 7;
  });
  const leaving = new AbortController();
  const first = job.follow(leaving.signal);
  await Promise.resolve();
  leaving.abort();
  await expect(first).rejects.toMatchObject({ name: "AbortError" });

  const heard: string[] = [];
  const second = job.follow(undefined, (progress) => heard.push(progress));
  go.resolve();

  expect(await second).toBe(7);
  expect(heard).toEqual(["plan", "step"]);
});

test("a followed job is stopped by its signal, and stopping waits until everything is put away", async () => {
  let isPutAway = false;
  const job = new FollowedJob<never, void>("job", async ({ signal }) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await new Promise((resolve) => setTimeout(resolve, 5));
    isPutAway = true;
    throw new Error("stopped");
  });

  await job.stop();

  expect(isPutAway).toBe(true);
  await expect(job.follow()).rejects.toThrow("stopped");
});
