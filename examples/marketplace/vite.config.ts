import { gzipSync } from 'node:zlib'

import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const SMALL_BYTES = 1024
const api = process.env['KALENDS_URL'] ?? 'http://127.0.0.1:8000'

/** Puts beside each file what it is gzipped: the API sends that to browsers that take it. */
const gzipped: Plugin = {
  name: 'gzipped',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      const source = file.type === 'chunk' ? file.code : file.source
      if (source.length > SMALL_BYTES)
        this.emitFile({
          type: 'asset',
          fileName: `${file.fileName}.gz`,
          source: gzipSync(source, { level: 9 }),
        })
    }
  },
}

// The API serves `build/marketplace/` at `/`. `npm run dev` serves the sources instead and passes requests on to an API.
export default defineConfig({
  plugins: [react(), gzipped],
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
