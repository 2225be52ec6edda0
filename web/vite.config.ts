import localesPlugin from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `HUAN_SERVER=http://127.0.0.1:7380 npm run dev` develops against a real server;
// without it a small stand-in answers, which is never part of the build.
const server = process.env.HUAN_SERVER;

export default defineConfig(async ({ command }) => ({
  plugins: [
    react(),
    { ...localesPlugin.vite({ locales: ["zh-CN", "en-US"] }), enforce: "pre" },
    ...(command === "serve" && !server ? [(await import("./dev/mock/plugin.ts")).mock()] : []),
  ],
  build: {
    target: ["es2020", "chrome87", "safari14"],
    cssTarget: ["chrome87", "safari14"],
    sourcemap: false,
    manifest: true,
    chunkSizeWarningLimit: 900,
  },
  server: {
    fs: { allow: [".."] },
    ...(server ? { proxy: { "/api": { target: server, changeOrigin: false } } } : {}),
  },
}));
