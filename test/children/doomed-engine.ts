import { SupervisedChild } from "../../core/children/supervised-child.ts";
import type { TestChild } from "./child-program.ts";

/** An engine to be killed while its child is stuck; it says the child's process id first. */
const child = new SupervisedChild<TestChild>({
  name: "the test child",
  program: new URL("./child-program.ts", import.meta.url),
});
await child.call("count", 1);
void child.call("hang", {});
process.send!(child.pid);
