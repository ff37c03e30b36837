import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const daemon = process.env.CALLBOARD_URL ?? 'http://127.0.0.1:4870'

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    // Inlined assets would need `data:` in more of the content security policy than images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': daemon } },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
  test: { css: true, environment: 'jsdom', include: ['src/**/*.test.ts'] },
})
