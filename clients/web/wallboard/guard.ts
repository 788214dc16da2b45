/* guard.ts - nobody stands by a wall to press reload: a page that has gone wrong begins anew by itself, but not without end. */
const KEPT = 'pingan.wall.began_anew';
const AFTER_MS = 10_000;
const SELDOM_MS = 10 * 60_000;

/** The page as it is on the server now; null when it cannot be had. */
export async function pageText(): Promise<string | null> {
	try {
		const answer = await fetch(location.pathname, {
			cache: 'no-store',
			signal: AbortSignal.timeout(8000),
		});
		return answer.ok ? await answer.text() : null;
	} catch {
		return null;
	}
}

/** Only when there is something to load: a browser's own error page would stand there for ever. */
export async function beginAnew(): Promise<boolean> {
	if ((await pageText()) === null) return false;
	location.reload();
	return true;
}

export function guard(): void {
	let waits = false;
	const wrong = () => {
		if (waits || Date.now() - Number(sessionStorage.getItem(KEPT) ?? 0) < SELDOM_MS) return;
		waits = true;
		setTimeout(() => {
			waits = false;
			sessionStorage.setItem(KEPT, String(Date.now()));
			void beginAnew();
		}, AFTER_MS);
	};
	addEventListener('error', wrong);
	addEventListener('unhandledrejection', wrong);
}
