import { registerHooks } from "node:module";

/** Loaded before a program, it is a machine on which hnswlib-node was never compiled: the package cannot be found. */
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== "hnswlib-node") return nextResolve(specifier, context);
    throw Object.assign(new Error("Cannot find module 'hnswlib-node'"), { code: "MODULE_NOT_FOUND" });
  },
});
