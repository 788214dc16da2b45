import { mount } from 'svelte';
import '$lib/css/tokens.css';
import '$lib/css/base.css';
import './wallboard.css';
import { addWords, language } from '$lib/i18n/index.svelte';
import { zh } from '$lib/i18n/wall/zh';
import { session } from '$lib/store/session.svelte';
import { theme } from '$lib/store/theme.svelte';
import App from './App.svelte';
import { guard } from './guard';
import { readAddress } from './size';

/* A hall's machine is set up by its address: /wallboard/?lang=en&theme=light&distance=8&pixel=1250 */
const said = readAddress(location.search);
theme.restore('dark');
if (said.theme !== null) theme.set(said.theme);
addWords(zh, () => import('./english').then((m) => m.english));
guard();
void session.ask();

const target = document.getElementById('app');
const words =
	said.lang === null ? language.restore() : language.set(said.lang).catch(() => language.restore());
void words.then(() => {
	if (target !== null) mount(App, { target });
});
