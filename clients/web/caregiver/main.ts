import { mount } from 'svelte';
import '$lib/css/tokens.css';
import '$lib/css/base.css';
import './caregiver.css';
import { zh } from '$lib/i18n/caregiver/zh';
import { addWords, language } from '$lib/i18n/index.svelte';
import { session } from '$lib/store/session.svelte';
import { theme } from '$lib/store/theme.svelte';
import App from './App.svelte';
import { keptMe } from './phone.svelte';
import { registerWorker } from './worker';

theme.restore(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
addWords(zh, () => import('./english').then((m) => m.english));
void session.ask(keptMe());
registerWorker();

const target = document.getElementById('app');
void language.restore().then(() => {
	if (target !== null) mount(App, { target });
});
