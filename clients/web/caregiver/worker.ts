/* worker.ts - registers the service worker. Under Trusted Types its address must come from a policy. */
interface Factory {
	createPolicy(
		name: string,
		rules: { createScriptURL(url: string): string },
	): { createScriptURL(url: string): unknown };
}

const ADDRESS = '/caregiver/sw.js';

export function registerWorker(): void {
	if (!import.meta.env.PROD || navigator.serviceWorker === undefined) return;
	const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
	// One address, and no way to ask this policy for another.
	const policy = factory?.createPolicy('app-sw', { createScriptURL: () => ADDRESS });
	const address = (policy?.createScriptURL(ADDRESS) ?? ADDRESS) as string;
	void navigator.serviceWorker.register(address, { scope: '/caregiver/' }).catch(() => {});
}
