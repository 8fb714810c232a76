import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: "renderer",
  // Relative addresses serve both faces: app:// in the desktop window, http:// in the browser.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Both faces run Chromium-class browsers of the last years; Electron's is newer still.
    target: "es2023",
    // The content security policy allows no data: addresses.
    assetsInlineLimit: 0,
    // Everything is read from this machine's disk: fewer, larger files load faster than many.
    chunkSizeWarningLimit: 2000,
  },
});
