// The build's own name: a hash of everything it is made from, so that the same source gives the same build.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');

function hashOf(folders) {
	const hash = createHash('sha256');
	for (const folder of folders) {
		const names = readdirSync(join(web, folder), { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile())
			.map((entry) => join(entry.parentPath, entry.name))
			.sort();
		for (const name of names) hash.update(name.slice(web.length)).update(readFileSync(name));
	}
	return hash.update(readFileSync(join(web, 'package-lock.json'))).digest('hex');
}

export const BUILD = hashOf(['src', 'console', 'caregiver', 'wallboard', 'public']).slice(0, 12);
