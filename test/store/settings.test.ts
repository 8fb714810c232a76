import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../core/store/open-store.ts";
import { forgetChoice, readSettings, writeSettings } from "../../core/store/settings.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a removed collection is no longer picked, and the next one searched along takes its place", () => {
  const db = openStore(temporaryFolder());
  onTestFinished(() => void db.close());
  const picked = () => {
    const { collectionId, otherCollectionIds } = readSettings(db);
    return [collectionId, ...otherCollectionIds];
  };
  expect(picked()).toEqual([null]);
  writeSettings(db, { collectionId: "a", otherCollectionIds: ["b", "c"] });

  forgetChoice(db, "b");
  expect(picked()).toEqual(["a", "c"]);
  forgetChoice(db, "a");
  expect(picked()).toEqual(["c"]);
  forgetChoice(db, "c");
  expect(picked()).toEqual([null]);
});
