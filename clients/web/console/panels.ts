/* panels.ts - the panels that are fetched apart from the page, which is drawn sooner without them.
 *
 * They are fetched as soon as the desk is on the line: when one is needed the daemon may be away, or be another one that
 * has other files.
 */
import { fetched } from '$lib/fetched';

export const panels = {
	bind: fetched(() => import('./parts/BindPanel.svelte')),
	unit: fetched(() => import('./parts/UnitPanel.svelte')),
	roster: fetched(() => import('./parts/RosterPanel.svelte')),
	sessions: fetched(() => import('./parts/SessionsPanel.svelte')),
	home: fetched(() => import('./parts/HomePanel.svelte')),
};

/** What could not be had is asked for again by whoever opens it, and says so there. */
export async function fetchAll(): Promise<void> {
	await Promise.allSettled(Object.values(panels).map((load) => load()));
}
