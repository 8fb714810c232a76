import { os } from "@orpc/server";
import { openPortDoor } from "../../../core/serve/port-door.ts";

/**
 * The smallest true engine: oRPC through the product's own port door, in a process of its own, without models.
 * It starts like core/main.ts and ends like it, when its channel closes.
 */
const router = {
  identify: os.handler(() => ({ pid: process.pid, node: process.versions.node, arguments: process.argv.slice(2) })),
  count: os.handler(async function* () {
    for (let number = 1; number <= 3; number++) yield number;
  }),
  neverAnswer: os.handler(() => new Promise<never>(() => {})),
};
/** What a renderer would call it by. */
export type FixtureRouter = typeof router;

process.on("disconnect", () => process.exit(0));
openPortDoor(router, () => "fixture");
process.send!({ engine: "ready" });
