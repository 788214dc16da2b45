// wall-scene.mjs - a hall of the whole city before a stand-in daemon: eleven districts, calls in all states. Nobody in it is real.
import { common as C } from '../../harness/proto.mjs'

export const WALL = { id: 'wall1', account: 'wall1', name: '大厅', role: C.Role.WALLBOARD }

const NAMES = [
	['440103', '荔湾区', 'Liwan'],
	['440104', '越秀区', 'Yuexiu'],
	['440105', '海珠区', 'Haizhu'],
	['440106', '天河区', 'Tianhe'],
	['440111', '白云区', 'Baiyun'],
	['440112', '黄埔区', 'Huangpu'],
	['440113', '番禺区', 'Panyu'],
	['440114', '花都区', 'Huadu'],
	['440115', '南沙区', 'Nansha'],
	['440117', '从化区', 'Conghua'],
	['440118', '增城区', 'Zengcheng'],
]

export function figures(midnight) {
	const day = (opened, answered, answered10s, answered60s) => ({ opened, answered, answered10s, answered60s })
	return {
		districts: NAMES.map(([area, name, nameEn], i) => ({
			area,
			name,
			nameEn,
			caregiversOnDuty: 20 + i,
			caregiversFree: i === 4 ? 0 : 12 + i,
			day: i === 8 ? day(0, 0, 0, 0) : day(30 + 7 * i, 29 + 7 * i, 28 + 6 * i, 29 + 7 * i),
		})),
		operatorsHere: 48,
		operatorsReady: 41,
		caregiversOnDuty: 214,
		caregiversFree: 161,
		daySinceMs: midnight,
		day: day(412, 409, 391, 402),
	}
}

/** Calls of the whole city: [class, kind, state, progress, district, sub-district, seconds ago]. */
const CALLS = [
	[1, C.Kind.SOS, 1, 0, '440104', '六榕街道', 42],
	[1, C.Kind.FALL, 1, 0, '440103', '沙面街道', 7],
	[1, C.Kind.SMOKE, 2, C.JobState.JOB_EN_ROUTE, '440105', '素社街道', 400],
	[1, C.Kind.FALL, 2, C.JobState.JOB_ARRIVED, '440111', '景泰街道', 910],
	[2, C.Kind.INACTIVITY, 2, C.JobState.JOB_OFFERING, '440106', '石牌街道', 241],
	[2, C.Kind.MISSED_OK, 1, 0, '440106', '棠下街道', 96],
	[2, C.Kind.WANDER, 2, C.JobState.JOB_EN_ROUTE, '440113', '市桥街道', 905],
	[2, C.Kind.UNKNOWN, 1, 0, '', '', 55],
	[3, C.Kind.SERVICE, 1, 0, '440114', '新华街道', 1500],
	[3, C.Kind.FOLLOW_UP, 2, 0, '440115', '南沙街道', 4100],
	[3, C.Kind.SERVICE, 1, 0, '440118', '荔城街道', 2600],
	[4, C.Kind.BATTERY, 1, 0, '440112', '联和街道', 5200],
	[4, C.Kind.LINK, 1, 0, '440111', '三元里街道', 7000],
	[2, C.Kind.WATER, 2, 0, '440111', '三元里街道', 300],
	[3, C.Kind.SERVICE, 2, 0, '440111', '景泰街道', 600],
]

export function city(daemon) {
	const now = daemon.now()
	const ago = (s) => now - BigInt(s * 1000)
	daemon.people.push({ ...WALL })
	daemon.wall = figures(now - (now % 86_400_000n) - 28_800_000n)
	CALLS.forEach(([cls, kind, state, progress, district, area, s], i) =>
		daemon.raise({
			id: BigInt(0xc100000 + i),
			number: `C${i}`,
			class: cls,
			kind,
			state,
			progress,
			district,
			area,
			resident: '陈秀英',
			street: '中山四路',
			openedMs: ago(s),
			waitingSinceMs: ago(s),
		}),
	)
	daemon.raise({
		id: 0xc200000n,
		number: 'C2',
		class: 4,
		kind: C.Kind.POWER,
		state: 1,
		district: '440105',
		area: '海珠区',
		areaWide: true,
		outNow: 212,
		outTotal: 340,
		openedMs: ago(1300),
		waitingSinceMs: ago(1300),
	})
	daemon.storms = [
		{ area: '440105', areaName: '海珠区', kinds: [1], fromMs: ago(1200), untilMs: now + 2_400_000n, heldBack: 37 },
	]
}
