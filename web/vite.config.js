import { defineConfig } from 'vite';

const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');

/**
 * The built page forbids itself every outside request; the development server
 * needs inline styles, so the policy is added when building.
 * @returns {import('vite').Plugin}
 */
function contentSecurityPolicy() {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

const API = process.env.TWIN_API_URL ?? 'http://127.0.0.1:8000';

export default defineConfig({
  base: './',
  plugins: [contentSecurityPolicy()],
  build: { assetsInlineLimit: 0, target: 'es2022', modulePreload: { polyfill: false } },
  server: { proxy: { '/api': API, '/tiles': API, '/raster': API } },
});
