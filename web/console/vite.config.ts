import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The console as static files for `src/http/console.ts`. `npx vite web/console` serves it beside a running app. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  cacheDir: join(import.meta.dirname, '../../node_modules/.vite/console'),
  plugins: [react()],
  // The policy lets no inline script run; nothing may be inlined into the page.
  build: {
    outDir: join(import.meta.dirname, '../../build/web/console-alone'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome109', 'safari16', 'firefox115'],
    reportCompressedSize: false,
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { '/api': process.env.CONSOLE_API ?? 'http://127.0.0.1:3000' } },
})
