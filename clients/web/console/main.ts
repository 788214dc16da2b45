import { mount } from 'svelte';
import '$lib/css/tokens.css';
import '$lib/css/base.css';
import { zh as life } from '$lib/i18n/console/life/zh';
import { zh } from '$lib/i18n/console/zh';
import { addWords, language } from '$lib/i18n/index.svelte';
import { session } from '$lib/store/session.svelte';
import { theme } from '$lib/store/theme.svelte';
import App from './App.svelte';

theme.restore('light');
addWords({ ...zh, ...life }, () => import('./english').then((m) => m.english));
void session.ask();

const target = document.getElementById('app');
void language.restore().then(() => {
	if (target !== null) mount(App, { target });
});
