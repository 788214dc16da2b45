import { describe, expect, it } from 'vitest';
import { healthLines, healthSaid } from './health';

const none = { healthNotes: '', medicines: '', allergies: '', hospital: '' };
const home = { ...none, healthNotes: '家中有制氧机', medicines: '硝酸甘油' };
const chen = { ...none, name: '陈秀英', healthNotes: '冠心病', allergies: '青霉素' };
const li = { ...none, name: '李伯', healthNotes: '听不见' };

describe('health of a home and of who lives there', () => {
	it('names the person where more than one lives there', () => {
		const lines = healthLines(home, [chen, li], 'healthNotes');
		expect(healthSaid(lines, '：')).toEqual(['家中有制氧机', '陈秀英：冠心病', '李伯：听不见']);
	});

	it('needs no name for one person alone, and leaves out what is empty', () => {
		expect(healthLines(home, [chen], 'allergies')).toEqual([{ who: '', text: '青霉素' }]);
		expect(healthLines(home, [chen], 'hospital')).toEqual([]);
	});
});
