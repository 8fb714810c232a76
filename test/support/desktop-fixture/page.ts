import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/message-port";
import type { RouterClient } from "@orpc/server";
import { type DesktopApi, enginePortMessage, type EngineState } from "../../../electron/desktop-api.ts";
import type { FixtureRouter } from "./engine.ts";

declare global {
  /** What the tests find on the page. */
  var fixture: {
    desktop: DesktopApi;
    engine: () => Promise<RouterClient<FixtureRouter>>;
    ports: number;
    states: EngineState[];
    violations: string[];
    inlineScriptRan?: boolean;
    /** What a script made from text gives: its value, or the name of the error. */
    runText: () => Promise<unknown>;
  };
}

/** The page of the fixture: it uses the desktop as the renderer does and keeps notes for the tests. */
const desktop = (window as unknown as { fourfold: DesktopApi }).fourfold;
let opened = Promise.withResolvers<RouterClient<FixtureRouter>>();

globalThis.fixture = { desktop, engine: () => opened.promise, ports: 0, states: [], violations: [], runText };

window.addEventListener("message", (event) => {
  const { type } = event.data as { type?: string };
  if (event.source !== window || type !== enginePortMessage) return;
  const port = event.ports[0]!;
  opened.resolve(createORPCClient(new RPCLink({ port })));
  port.addEventListener("close", () => (opened = Promise.withResolvers()));
  port.start();
  fixture.ports += 1;
});

desktop.onEngineState((state) => fixture.states.push(state));

document.addEventListener("securitypolicyviolation", (event) => fixture.violations.push(event.effectiveDirective));

function runText(): Promise<unknown> {
  // In a timer: while a test evaluates something in the page, the policy is lifted for it.
  return new Promise((resolve) => {
    setTimeout(() => {
      try {
        resolve(new Function("return true")());
      } catch (error) {
        resolve((error as Error).name);
      }
    });
  });
}
