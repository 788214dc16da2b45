// Generates src/lib/gen from proto/ with the system's protoc and protoc-gen-es: plain .js with .d.ts
// beside it, so that the pages, the unit tests and the node tests of the whole project read the same files.
import { execFileSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const proto = join(web, '..', '..', 'proto');
const out = join(web, 'src', 'lib', 'gen');
const plugin = join(web, 'node_modules', '.bin', 'protoc-gen-es');

const files = readdirSync(proto, { recursive: true })
	.map(String)
	.filter((name) => name.endsWith('.proto'))
	.sort();
if (files.length === 0) throw new Error(`no .proto file under ${relative(process.cwd(), proto)}`);

// The inputs' hash is kept beside the output: a second run with nothing changed costs no protoc.
const hash = createHash('sha256');
for (const name of files) hash.update(name).update(readFileSync(join(proto, name)));
hash.update(readFileSync(join(web, 'package-lock.json'))).update(
	readFileSync(fileURLToPath(import.meta.url)),
);
const stamp = join(out, '.stamp');
const want = hash.digest('hex');
const made = (folder, name) => join(folder, name.replace(/\.proto$/, '_pb.js'));
const current =
	existsSync(stamp) && readFileSync(stamp, 'utf8') === want && files.every((f) => existsSync(made(out, f)));

if (!current) {
	// Made beside and then moved into place: somebody may be reading the old files at this moment.
	const fresh = `${out}.${process.pid}`;
	mkdirSync(fresh, { recursive: true });
	try {
		execFileSync(
			'protoc',
			[
				`--plugin=protoc-gen-es=${plugin}`,
				`-I${proto}`,
				`--es_out=${fresh}`,
				'--es_opt=target=js+dts,import_extension=js',
				...files,
			],
			{ stdio: 'inherit' },
		);
		for (const f of files)
			if (statSync(made(fresh, f)).size === 0) throw new Error(`${f}: nothing was generated`);
		writeFileSync(join(fresh, '.stamp'), want);
		rmSync(out, { recursive: true, force: true });
		renameSync(fresh, out);
	} finally {
		rmSync(fresh, { recursive: true, force: true });
	}
}
