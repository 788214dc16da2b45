import { mount } from 'svelte';
import '$lib/css/tokens.css';
import '$lib/css/base.css';
import { en } from '$lib/i18n/console/en';
import { zh } from '$lib/i18n/console/zh';
import { addWords, language } from '$lib/i18n/index.svelte';
import { session } from '$lib/store/session.svelte';
import { theme } from '$lib/store/theme.svelte';
import App from './App.svelte';

theme.restore('light');
addWords(zh, en);
language.restore();
void session.ask();

const target = document.getElementById('app');
if (target !== null) mount(App, { target });
