/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

const repository = fileURLToPath(new URL("..", import.meta.url));

export default defineConfig({
  plugins: [solid()],
  // Tauri serves the folder at the root of its own scheme.
  base: "/",
  build: {
    outDir: "dist",
    // WebKitGTK 2.40, WebView2, Android System WebView and iOS 16.4.
    target: ["es2022", "safari16.4", "chrome111"],
    // The content security policy has no data: sources, so nothing may be inlined.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
  },
  server: { fs: { allow: [repository] }, port: 5173, strictPort: true },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    css: false,
  },
});
