// Proves that the gates can turn red. A type error and an unlabelled control are planted in a component
// of its own; if svelte-check or Biome then stays green, the gate is broken and this fails. (svelte-check
// has been seen to pass because it checked nothing.)
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const planted = join(web, 'src', 'lib', 'ui', 'CanaryPlanted.svelte');
const bin = (name) => join(web, 'node_modules', '.bin', name);

writeFileSync(
	planted,
	`<script lang="ts">
	const count: number = 'not a number';
</script>

<img src="/x.png">
<button onclick={() => count}></button>
`,
);
let bad = 0;
try {
	const check = spawnSync(
		bin('svelte-check'),
		['--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'machine'],
		{ cwd: web, encoding: 'utf8' },
	);
	const lines = check.stdout.split('\n').filter((line) => line.includes('CanaryPlanted'));
	const expect = (what, ok) => {
		if (ok) return;
		bad++;
		console.error(`canary: ${what} was not reported`);
	};
	expect(
		'the type error (svelte-check)',
		lines.some((l) => l.includes('not assignable')),
	);
	expect(
		'the image without alternative text (svelte-check)',
		lines.some((l) => l.includes('alt')),
	);
	expect('a failing exit status (svelte-check)', check.status !== 0);
	const lint = spawnSync(bin('biome'), ['lint', planted], { cwd: web, encoding: 'utf8' });
	expect('the accessibility fault (biome)', lint.status !== 0);
} finally {
	rmSync(planted);
}
if (bad > 0) process.exit(1);
console.log('canary: both gates turn red when they should');
