import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The sidebar as static files for `src/http/sidebar.ts`. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/sidebar/',
  cacheDir: join(import.meta.dirname, '../../node_modules/.vite/sidebar'),
  plugins: [react()],
  build: {
    outDir: join(import.meta.dirname, '../../build/web/sidebar-alone'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // WeCom's own webviews: Chromium 109 on the desktop, the system's on phones.
    target: ['chrome87', 'safari14'],
    cssTarget: ['chrome87', 'safari14'],
    reportCompressedSize: false,
  },
})
