import { registerHooks } from "node:module";

// `node --import register.ts main.js`: "electron" becomes the stand-in, and nothing else changes.
const standIn = new URL("./electron.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron"
      ? { url: standIn, format: "module-typescript", shortCircuit: true }
      : next(specifier, context),
});
