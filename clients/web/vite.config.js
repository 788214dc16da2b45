import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { finish } from './scripts/finish.mjs';
import { BUILD } from './scripts/version.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
	plugins: [
		svelte(),
		finish({
			// What a first visit downloads, gzip, in bytes. More than that fails the build.
			budgets: { console: 136 * 1024, caregiver: 96 * 1024, wallboard: 88 * 1024 },
			worker: here('src/sw.js'),
		}),
	],
	resolve: {
		alias: { $lib: here('src/lib') },
		// Component tests mount in a made-up browser.
		...(mode === 'test' ? { conditions: ['browser'] } : {}),
	},
	define: { __BUILD__: JSON.stringify(BUILD) },
	build: {
		outDir: here('../../build/web'),
		emptyOutDir: true,
		target: 'es2022',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		rollupOptions: {
			input: {
				console: here('console/index.html'),
				caregiver: here('caregiver/index.html'),
				wallboard: here('wallboard/index.html'),
			},
		},
	},
	server: { host: '127.0.0.1' },
	test: {
		environment: 'happy-dom',
		css: true,
		include: ['{src,console,caregiver,wallboard}/**/*.test.ts'],
	},
}));
