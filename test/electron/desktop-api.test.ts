// oxlint-disable-next-line typescript/triple-slash-reference -- it declares globals and exports nothing to import
/// <reference path="../../renderer/engine/desktop.d.ts" />
import { expectTypeOf, test } from "vitest";
import type { DesktopApi } from "../../electron/desktop-api.ts";

// The renderer may not import the shell, so it states for itself what it expects; the compiler compares the two.
test("the page expects of the desktop what the preload gives", () => {
  expectTypeOf<NonNullable<Window["fourfold"]>>().toEqualTypeOf<DesktopApi>();
});
