import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page is built into what the package ships; it finds its files from wherever it is mounted. */
const config = defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    target: 'es2023',
    // Nothing is put into the page's text: its content security policy would refuse it.
    assetsInlineLimit: 0,
  },
});

// oxlint-disable-next-line import/no-default-export -- Vite asks for it
export default config;
