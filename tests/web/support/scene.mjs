// scene.mjs - people and homes of the made-up shift that the screen tests and their pictures play in. All fictional.
import { common as C, console_ as P } from '../../harness/proto.mjs'

const Why = P.CandidateList_Why

export const PEOPLE = [
	{ id: 'op07', account: 'op07', name: '坐席07', role: C.Role.OPERATOR },
	{ id: 'op03', account: 'op03', name: '坐席03', role: C.Role.OPERATOR },
	{ id: 'sup1', account: 'sup1', name: '班长 周敏', role: C.Role.SUPERVISOR },
	{ id: 'cg01', account: 'cg01', name: '梁淑珍', role: C.Role.CAREGIVER },
	{ id: 'cg02', account: 'cg02', name: '吴志伟', role: C.Role.CAREGIVER, onDuty: true, reachable: true },
	{
		id: 'cg03',
		account: 'cg03',
		name: '何兰',
		role: C.Role.CAREGIVER,
		onDuty: true,
		reachable: true,
		busy: true,
	},
	{ id: 'cg04', account: 'cg04', name: '郑仪', role: C.Role.CAREGIVER, onDuty: true, reachable: false },
]

export const CANDIDATES = [
	{
		caregiver: 'cg01',
		name: '梁淑珍',
		distanceM: 1240,
		travelS: 370,
		reachable: true,
		speaks: true,
		knows: true,
		positionAgeS: 24,
		score: 91,
		why: [Why.NEAR, Why.FREE, Why.REACHABLE, Why.LANGUAGE, Why.KNOWS],
	},
	{
		caregiver: 'cg02',
		name: '吴志伟',
		distanceM: 860,
		travelS: 300,
		reachable: true,
		positionAgeS: 412,
		score: 74,
		why: [Why.NEAR, Why.FREE, Why.REACHABLE, Why.OLD_POSITION],
	},
	{
		caregiver: 'cg04',
		name: '郑仪',
		distanceM: 2300,
		travelS: 640,
		reachable: false,
		positionAgeS: 0,
		score: 40,
		asked: true,
		why: [Why.FREE, Why.UNREACHABLE, Why.DECLINED],
	},
	{
		caregiver: 'cg03',
		name: '何兰',
		distanceM: 4100,
		travelS: 900,
		reachable: true,
		busy: true,
		positionAgeS: 65,
		score: 12,
		why: [Why.SKILL, Why.REACHABLE, Why.FAR, Why.BUSY],
	},
]

export const CHEN = {
	residents: [
		{
			name: '陈秀英',
			age: 86,
			sex: 2,
			language: 'yue',
			risks: ['alone', 'very_old', 'heart'],
			phone: '02083330001',
		},
	],
	address: '广州市越秀区六榕街旧南海社区 中山四路51号4栋2103房',
	access: '门禁 4栋 2351#；备用钥匙在居委会值班室',
	homePhone: '02083330001',
	contacts: [
		{ order: 1, name: '陈美玲', relation: 'daughter', phone: '13800138001', hasKey: false },
		{ order: 2, name: '邓伯', relation: 'neighbour', phone: '13800138002', hasKey: true },
	],
	healthNotes: '心脏支架（2019）；听力差，说话要慢',
	medicines: '华法林、氨氯地平',
	allergies: '青霉素',
	hospital: '中山一院',
}

export function shift(daemon) {
	const now = daemon.now()
	const ago = (s) => now - BigInt(s * 1000)
	daemon.candidates = CANDIDATES
	const chen = {
		id: 0xa100237n,
		number: 'A100237',
		class: 1,
		kind: C.Kind.SOS,
		resident: '陈秀英',
		age: 86,
		area: '六榕街',
		street: '中山四路',
		openedMs: ago(18),
		waitingSinceMs: ago(18),
		repeats: 1,
	}
	daemon.raise(chen, { ...CHEN, household: 'h0001', serviceHint: C.Service.SERVICE_120 })
	daemon.raise(
		{
			id: 0xa100238n,
			number: 'A100238',
			class: 1,
			kind: C.Kind.FALL,
			resident: '何国强',
			age: 79,
			area: '沙面街',
			street: '珠玑路',
			openedMs: ago(7),
			waitingSinceMs: ago(7),
		},
		{ ...CHEN, residents: [{ name: '何国强', age: 79, sex: 1, language: 'yue', risks: ['fall'] }] },
	)
	const more = [
		['梁玉珍', 72, C.Kind.SMOKE, 1, 400, 'op03', C.JobState.JOB_EN_ROUTE, { caregiverName: '何兰' }],
		['罗华明', 68, C.Kind.INACTIVITY, 2, 241, 'op03', C.JobState.JOB_OFFERING, { unattended: true }],
		['黄桂芳', 81, C.Kind.MISSED_OK, 2, 96, '', 0, { restored: true }],
		['林德胜', 90, C.Kind.WANDER, 2, 900, 'sup1', C.JobState.JOB_ARRIVED, { caregiverName: '吴志伟' }],
		['', 0, C.Kind.UNKNOWN, 2, 55, '', 0, { quarantine: true, device: 'DC09.7F21', protocolCode: 'E9X3' }],
		['谢小萍', 77, C.Kind.SERVICE, 3, 1500, '', 0, {}],
		['邱志良', 83, C.Kind.FOLLOW_UP, 3, 4100, 'op03', 0, {}],
		['冯惠贤', 74, C.Kind.SERVICE, 3, 2600, '', 0, {}],
		['蔡国栋', 69, C.Kind.BATTERY, 4, 5200, '', 0, {}],
		['苏秀兰', 88, C.Kind.POWER, 4, 3300, '', 0, {}],
		['许文彬', 71, C.Kind.LINK, 4, 7000, '', 0, {}],
	]
	more.forEach(([resident, age, kind, cls, s, owner, progress, extra], i) => {
		daemon.raise(
			{
				id: BigInt(0xa100300 + i),
				number: `A1003${String(i).padStart(2, '0')}`,
				class: cls,
				kind,
				resident,
				age,
				area: i % 2 === 0 ? '沙面街' : '六榕街',
				street: ['宝华路', '惠福西路', '海珠中路'][i % 3],
				openedMs: ago(s),
				waitingSinceMs: ago(s),
				dueMs: cls <= 2 ? now + BigInt((i - 2) * 31_000) : 0n,
				owner,
				ownerName: daemon.people.find((p) => p.id === owner)?.name ?? '',
				state: owner === '' ? C.IncidentState.INCIDENT_WAITING : C.IncidentState.INCIDENT_ANSWERED,
				progress,
				...extra,
			},
			{
				residents: resident === '' ? [] : [{ name: resident, age, sex: 1 + (i % 2), language: 'cmn' }],
				household: resident === '' ? '' : `h1${i}`,
				cardMissing: resident === '',
				raw: resident === '' ? '"SIA-DCS"0042L0#7F21[#7F21|NE9X3]' : '',
				contacts: [],
				address: resident === '' ? '' : '广州市荔湾区宝华路 12 号 301 房',
			},
		)
	})
	return chen
}
