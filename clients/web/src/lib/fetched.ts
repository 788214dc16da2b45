/* fetched.ts - parts of a page that are fetched apart from it, each once.
 *
 * Result: fetched(load) is load, but for what came already; a failure is not kept, so that the next call asks again.
 */
export function fetched<T>(load: () => Promise<T>): () => Promise<T> {
	let kept: Promise<T> | null = null;

	return () => {
		kept ??= load().catch((fault: unknown) => {
			kept = null;
			throw fault;
		});
		return kept;
	};
}
