// city.mjs - an invented city as tables for `pinganctl import`: 11 districts, 174 sub-districts, 2,725 communities, and as many
// homes as are wanted, each with one or two residents, two contacts and a unit. The same for ever.
import { closeSync, openSync, writeSync } from 'node:fs'
import path from 'node:path'

const DISTRICTS = 11
const SUBDISTRICTS = 174
const COMMUNITIES = 2725

const list = (text) => text.split(' ').map((one) => [one[0], one.slice(1)])
const SURNAMES = list('李li 王wang 张zhang 刘liu 陈chen 杨yang 黄huang 赵zhao 吴wu 周zhou 徐xu 孙sun 马ma 朱zhu 胡hu 郭guo 何he 高gao 林lin 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 韩han 冯feng 邓deng 曹cao 彭peng 肖xiao 田tian 董dong 潘pan 袁yuan 蔡cai 蒋jiang 余yu 于yu 杜du 叶ye 程cheng 魏wei 苏su 丁ding 任ren 卢lu 姚yao 沈shen 钟zhong 姜jiang 崔cui 谭tan 陆lu 范fan 汪wang 廖liao 金jin 韦wei 夏xia 付fu 方fang 邹zou 熊xiong 白bai 孟meng 秦qin 邱qiu 侯hou 江jiang 尹yin 薛xue 闫yan 雷lei 龙long 黎li 史shi 陶tao 贺he 毛mao 郝hao 顾gu 龚gong 邵shao')
const GIVEN = list('秀xiu 英ying 桂gui 兰lan 玉yu 珍zhen 淑shu 华hua 凤feng 芳fang 金jin 莲lian 月yue 娥e 美mei 玲ling 惠hui 红hong 梅mei 春chun 国guo 强qiang 建jian 明ming 志zhi 德de 永yong 康kang 文wen 光guang 福fu 庆qing 荣rong 海hai 东dong 平ping 安an 宁ning 祥xiang 仁ren 义yi 礼li 信xin 忠zhong 厚hou 达da 广guang 生sheng 胜sheng 辉hui 伟wei 刚gang 勇yong 毅yi 俊jun 峰feng 松song 柏bai 林lin 森sen 水shui 泉quan 清qing 源yuan 江jiang 河he 波bo 涛tao 云yun 雨yu 雪xue 霞xia 虹hong 星xing 晨chen 旭xu 阳yang 燕yan 莺ying 鹏peng 飞fei 翔xiang 龙long 虎hu 彪biao')
const STREETS = '米铺 钟声 木棉 紫荆 榕荫 珠光 流花 云水 白鹤 石牌 龙眼 荔枝 沙面 海珠 越秀 东湖 西关 北苑 南洲 芳村 河沙 金沙 银河 天平 太和 人和 永泰 同德 景泰 三元'.split(' ')
const ENDS = ['街', '路', '巷', '里', '大道', '横街']

/** n-th choice about something: a small hash. */
function choose(what, n, count) {
	let h = Math.imul(what + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(n + 1, 0xc2b2ae35)
	h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
	h = Math.imul(h ^ (h >>> 12), 0x297a2d39)
	return ((h ^ (h >>> 15)) >>> 0) % count
}

const pad = (n, width) => String(n).padStart(width, '0')

const areas = []
for (let d = 0; d < DISTRICTS; d++) areas.push({ code: `4401${pad(d + 1, 2)}`, name: `第${d + 1}区` })
for (let s = 0; s < SUBDISTRICTS; s++) areas.push({ code: `4401${pad((s % DISTRICTS) + 1, 2)}${pad(Math.floor(s / DISTRICTS) + 1, 3)}`, name: `${STREETS[s % STREETS.length]}第${s + 1}街道` })
const communities = []
for (let c = 0; c < COMMUNITIES; c++) {
	const above = areas[DISTRICTS + (c % SUBDISTRICTS)].code
	communities.push({ code: `${above}${pad(Math.floor(c / SUBDISTRICTS) + 1, 3)}`, name: `${STREETS[choose(c, 1, STREETS.length)]}${c + 1}社区` })
}

function person(id, n) {
	const [surname, s] = SURNAMES[Math.min(choose(id, n, SURNAMES.length), choose(id, n + 1, SURNAMES.length))] // some are common
	const one = GIVEN[choose(id, n + 2, GIVEN.length)]
	const two = choose(id, n + 3, 6) === 0 ? ['', ''] : GIVEN[choose(id, n + 4, GIVEN.length)]
	return { name: surname + one[0] + two[0], pinyin: s + one[1] + two[1], initials: s[0] + one[1][0] + (two[1][0] ?? '') }
}

/** What is known of home n. */
export function home(n) {
	const community = communities[n % COMMUNITIES]
	const street = STREETS[choose(n, 20, STREETS.length)] + ENDS[choose(n, 21, ENDS.length)]
	return {
		id: `g${pad(n, 7)}`,
		area: community.code,
		street,
		address: `花城市${community.name}${street}${1 + choose(n, 22, 400)}号${1 + choose(n, 23, 12)}栋${1 + choose(n, 24, 30)}${pad(1 + choose(n, 25, 8), 2)}房`,
		phone: `020${pad(30000000 + n, 8)}`,
		device: `u${pad(n, 8)}`,
		residents: Array.from({ length: choose(n, 26, 4) === 0 ? 2 : 1 }, (_, i) => ({ id: `r${pad(n, 7)}-${i + 1}`, ...person(n, 30 + 10 * i), phone: `139${pad(choose(n, 60 + i, 100000000), 8)}` })),
		contacts: [0, 1].map((i) => ({ ...person(n, 70 + 10 * i), phone: `138${pad(choose(n, 90 + i, 100000000), 8)}` })),
	}
}

/** A file, some thousands of rows at a time. */
function table(dir, name, heading, rows) {
	const file = path.join(dir, `${name}.csv`)
	const to = openSync(file, 'w')
	let text = `${heading}\n`
	for (const row of rows) {
		text += `${row}\n`
		if (text.length > 1 << 20) {
			writeSync(to, text)
			text = ''
		}
	}
	writeSync(to, text)
	closeSync(to)
	return file
}

/** The tables of a city of so many homes: {areas, homes, residents, contacts, devices}. */
export function tables(dir, homes) {
	const every = function* (rows) {
		for (let n = 0; n < homes; n++) yield* rows(home(n))
	}
	return {
		areas: table(dir, 'areas', 'area,name', [{ code: '4401', name: '花城市' }, ...areas, ...communities].map((a) => `${a.code},${a.name}`)),
		homes: table(dir, 'homes', 'household,area,street,address,phone,latitude,longitude', every((h) => [`${h.id},${h.area},${h.street},${h.address},${h.phone},23.${pad(choose(Number(h.id.slice(1)), 40, 1000000), 6)},113.${pad(choose(Number(h.id.slice(1)), 41, 1000000), 6)}`])),
		residents: table(dir, 'residents', 'household,resident,name,birth_year,sex,language,phone,risks', every((h) => h.residents.map((r, i) => `${h.id},${r.id},${r.name},${1928 + (r.name.charCodeAt(0) % 30)},${i === 0 ? 'female' : 'male'},yue,${r.phone},alone;very_old`))),
		contacts: table(dir, 'contacts', 'household,order,name,relation,phone,tell', every((h) => h.contacts.map((c, i) => `${h.id},${i + 1},${c.name},${i === 0 ? 'daughter' : 'neighbour'},${c.phone},${i === 0 ? 'yes' : 'no'}`))),
		devices: table(dir, 'devices', 'device,household,protocol,key,model', every((h) => [`${h.device},${h.id},native,${pad(h.id.slice(1), 64)},home-1`])),
	}
}
