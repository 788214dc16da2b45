/* index.ts - adds the words about accounts: what shows them imports this, and no first visit carries them. */
import { addWords } from '../index.svelte';
import { en } from './en';
import { zh } from './zh';

addWords(zh, en);
