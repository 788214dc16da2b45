// The end of the build: service worker, size budgets, no foreign hosts, compressed copies beside the files.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { BUILD } from './version.mjs';

const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt']);
const GZIP_FROM = 1024;
/** Names in comments and namespaces; nothing is ever loaded from them. */
const HOSTS_NAMED = [/^https?:\/\/www\.w3\.org\//, /^https:\/\/svelte\.dev\/e\//];

const gz = (bytes) => gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });

/** Everything the page needs for its first picture: its script, what that imports, and their styles. */
function needed(bundle, page) {
	const files = new Set([`${page}/index.html`]);
	const take = (name) => {
		const chunk = bundle[name];
		if (chunk === undefined || files.has(name)) return;
		files.add(name);
		if (chunk.type !== 'chunk') return;
		for (const next of chunk.imports) take(next);
		for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
		for (const asset of chunk.viteMetadata?.importedAssets ?? []) files.add(asset);
	};
	for (const [name, chunk] of Object.entries(bundle))
		if (chunk.type === 'chunk' && chunk.isEntry && chunk.name === page) take(name);
	return [...files].sort();
}

/** What that page may read later: English words, the technician's screen, and what those import, styles too. It costs no first visit, and must be there offline. */
function later(bundle, page) {
	const entry = Object.values(bundle).find(
		(chunk) => chunk.type === 'chunk' && chunk.isEntry && chunk.name === page,
	);
	const files = new Set();
	const take = (name) => {
		if (files.has(name)) return;
		files.add(name);
		for (const next of bundle[name]?.imports ?? []) take(next);
		for (const css of bundle[name]?.viteMetadata?.importedCss ?? []) files.add(css);
	};
	for (const name of entry?.dynamicImports ?? []) take(name);
	const first = new Set(needed(bundle, page));
	return [...files].filter((name) => !first.has(name));
}

export function finish({ budgets, worker }) {
	let out = '';
	const needs = {};
	let more = [];
	return {
		name: 'pingan-finish',
		apply: 'build',
		configResolved(config) {
			out = config.build.outDir;
		},
		writeBundle(_options, bundle) {
			for (const page of Object.keys(budgets)) needs[page] = needed(bundle, page);
			more = later(bundle, 'caregiver');
		},
		closeBundle() {
			if (!existsSync(join(out, 'caregiver', 'index.html'))) return;
			const list = needs.caregiver
				.filter((name) => !name.endsWith('.html'))
				.map((name) => `/${name}`)
				.concat(more.map((name) => `/${name}`))
				.concat('/caregiver/', '/caregiver/manifest.webmanifest', '/caregiver/icon.svg');
			writeFileSync(
				join(out, 'caregiver', 'sw.js'),
				readFileSync(worker, 'utf8')
					.replace("'__BUILD__'", JSON.stringify(BUILD))
					.replace("['__FILES__']", JSON.stringify(list)),
			);

			for (const [page, budget] of Object.entries(budgets)) {
				let size = 0;
				for (const name of needs[page]) size += gz(readFileSync(join(out, name))).length;
				console.log(`${page}: ${(size / 1024).toFixed(1)} of ${budget / 1024} KiB compressed`);
				if (size > budget) throw new Error(`${page} is over its budget: ${size} of ${budget} bytes`);
			}

			const files = readdirSync(out, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile() && TEXT.has(extname(entry.name)))
				.map((entry) => join(entry.parentPath, entry.name));
			for (const file of files) {
				const bytes = readFileSync(file);
				for (const [url] of bytes
					.toString('utf8')
					.matchAll(/(?:https?|wss?):\/\/[\w.-]+\/?[\w./-]*/g))
					if (!HOSTS_NAMED.some((known) => known.test(url)))
						throw new Error(`${relative(out, file)} names another host: ${url}`);
				if (bytes.length > GZIP_FROM) writeFileSync(`${file}.gz`, gz(bytes));
			}
		},
	};
}
