/* index.ts - adds the words about units: whatever draws a unit's card imports this, and no first visit carries them. */
import { addWords } from '../index.svelte';
import { en } from './en';
import { zh } from './zh';

addWords(zh, en);
