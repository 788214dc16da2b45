// Service worker of the caregiver page: the page opens without a network, and then says that it has none.
// It never touches /api or /ws, and keeps no data of anybody.
const BUILD = '__BUILD__';
const FILES = ['__FILES__'];
const CACHE = `pingan-${BUILD}`;

self.addEventListener('install', (event) => {
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
	self.skipWaiting();
});

self.addEventListener('activate', (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) =>
				Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))),
			)
			.then(() => self.clients.claim()),
	);
});

self.addEventListener('fetch', (event) => {
	const url = new URL(event.request.url);
	if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
	if (event.request.mode === 'navigate' && url.pathname === '/caregiver/') {
		// The newest page when there is a network, the kept one when there is none.
		event.respondWith(fetch(event.request).catch(() => caches.match('/caregiver/')));
	} else if (FILES.includes(url.pathname)) {
		event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(event.request)));
	}
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(
		self.clients
			.matchAll({ type: 'window' })
			.then((pages) =>
				pages[0] === undefined ? self.clients.openWindow('/caregiver/') : pages[0].focus(),
			),
	);
});
