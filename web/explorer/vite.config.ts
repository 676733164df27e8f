import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/graphql/',
  plugins: [react()],
  // The server puts a fresh nonce into each answer: the editor adds style elements while it runs.
  html: { cspNonce: '__CSP_NONCE__' },
  worker: { format: 'es' },
  logLevel: 'warn',
  build: {
    outDir: '../../build/explorer',
    emptyOutDir: true,
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: { explorer: 'index.html', map: 'map/index.html' },
      // Directives for a compiler of React that is not used here.
      onLog: (level, log, report) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && report(level, log),
    },
  },
})
