import { holdWorkspace } from "../../core/store/hold-workspace.ts";
import { openStore } from "../../core/store/open-store.ts";
import { collectionOf, storeTexts } from "../support/stored-documents.ts";

/** A process to be killed: it stores documents of five chunks without end, reporting how many are in. */
const [workspace, mode] = process.argv.slice(2);
if (mode === "hold") {
  holdWorkspace(workspace!, "serve");
  process.send!(0);
  setInterval(() => {}, 1000);
} else {
  const db = openStore(workspace!);
  const { id } = collectionOf(db, 2);
  const embedding = new Float32Array([1, 0]);
  const write = (stored: number): void => {
    const chunks = Array.from({ length: 5 }, (_, i) => ({ text: `word ${stored} ${i}`, embedding }));
    storeTexts(db, id, `${stored}.txt`, chunks);
    process.send!(stored + 1);
    setImmediate(write, stored + 1);
  };
  write(0);
}
