import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const api = process.env['KALENDS_URL'] ?? 'http://127.0.0.1:8000'

// The API serves `build/marketplace/` at `/`. `npm run dev` serves the sources instead and passes requests on to an API.
export default defineConfig({
  plugins: [react()],
  logLevel: 'warn',
  build: {
    outDir: '../../build/marketplace',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: { proxy: { '/graphql': { target: api, ws: true } } },
})
