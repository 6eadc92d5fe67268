import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The sidebar as static files for `src/http/sidebar.ts`. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/sidebar/',
  cacheDir: join(import.meta.dirname, '../../node_modules/.vite/sidebar'),
  plugins: [react()],
  // React's words, spoken by a runtime of a sixth of its weight: the page is opened anew with every chat, on phones with bad reception.
  resolve: {
    alias: {
      'react-dom/client': 'preact/compat/client',
      'react/jsx-runtime': 'preact/jsx-runtime',
      'react-dom': 'preact/compat',
      react: 'preact/compat',
    },
  },
  build: {
    outDir: join(import.meta.dirname, '../../build/web/sidebar-alone'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // A few kilobytes: one request for all of it.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // WeCom's own webviews: Chromium 109 on the desktop, the system's on phones.
    target: ['chrome87', 'safari14'],
    cssTarget: ['chrome87', 'safari14'],
    reportCompressedSize: false,
  },
})
