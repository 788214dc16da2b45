/* paper_words.c - the words of the sheet, Chinese first. Those of classes, kinds and states are the screens' own: a test
 * compares them with the screens' catalogues. */
#include "app/paper.h"

#include <string.h>

#include "core/kind.h"
#include "wire/record_roster.h"

static const char *const WORDS[PAPER_WORD_COUNT][PAPER_LANG_COUNT] = {
	[PAPER_TITLE] = {"平安通 · 纸面清单", "Ping An Tong: paper list"},
	[PAPER_SECRET] = {"内含个人信息：专人保管，用后销毁", "Personal data: keep it with you, destroy it after use"},
	[PAPER_CELL] = {"系统", "cell"},
	[PAPER_MADE] = {"打印时间", "printed"},
	[PAPER_BY] = {"打印人", "by"},
	[PAPER_ASOF] = {"数据截至", "as of"},
	[PAPER_STORE] = {"数据来自系统", "from the store"},
	[PAPER_MEMORY] = {"存储中断，数据来自服务进程内存", "the store is away: from the daemon's memory"},
	[PAPER_SNAPSHOT] = {"存储中断，数据来自本机快照，可能已过时",
                        "the store is away: from the local copy, which may be out of date"},
	[PAPER_CALLS] = {"未结案的呼援", "Open calls"},
	[PAPER_MORE] = {"另有未列出的呼援", "calls that are not listed"},
	[PAPER_NO_CALLS] = {"没有未结案的呼援", "No open calls"},
	[PAPER_SINCE] = {"呼入", "since"},
	[PAPER_TIMES] = {"次报警", "alarms"},
	[PAPER_UNSTORED] = {"未存储", "not stored"},
	[PAPER_UNSAFE] = {"未确认保存", "not yet safe"},
	[PAPER_SILENT] = {"静默：不要回拨", "silent: do not call back"},
	[PAPER_DRILL] = {"演练", "drill"},
	[PAPER_UNKNOWN_UNIT] = {"未知设备，住户待查", "unknown unit, home not known"},
	[PAPER_WHO] = {"长者", "resident"},
	[PAPER_YEARS] = {"岁", "years"},
	[PAPER_WHERE] = {"住址", "address"},
	[PAPER_ENTRY] = {"进门", "entry"},
	[PAPER_DOOR_CODE] = {"门禁码", "door code"},
	[PAPER_KEY_SAFE] = {"钥匙盒", "key safe"},
	[PAPER_KEY_HOLDER] = {"钥匙在", "key with"},
	[PAPER_NOTE] = {"备注", "note"},
	[PAPER_PHONE] = {"电话", "telephone"},
	[PAPER_CONTACT] = {"联系人", "contact"},
	[PAPER_HAS_KEY] = {"有钥匙", "has a key"},
	[PAPER_HEALTH] = {"健康信息", "health"},
	[PAPER_OWNER] = {"坐席", "operator"},
	[PAPER_NOBODY] = {"无人处理", "nobody yet"},
	[PAPER_JOB] = {"派单", "job"},
	[PAPER_DUE] = {"应到", "due"},
	[PAPER_HANDOVER] = {"移交", "handed over to"},
	[PAPER_UNIT] = {"设备", "device"},
	[PAPER_DONE] = {"处理记录", "what was done"},
	[PAPER_ROSTER] = {"值班表", "Roster"},
	[PAPER_NO_ROSTER] = {"现在和未来一天没有排班", "No shift now or within a day"},
	[PAPER_NOW] = {"现在", "now"},
	[PAPER_NEXT] = {"接班", "next"},
	[PAPER_AREA] = {"辖区", "area"},
	[PAPER_POST] = {"岗位", "post"},
	[PAPER_FROM] = {"起", "from"},
	[PAPER_UNTIL] = {"止", "until"},
	[PAPER_NAME] = {"姓名", "name"},
	[PAPER_CALLED] = {"名称", "name"},
	[PAPER_WHEN] = {"时段", "when"},
	[PAPER_STATE] = {"状态", "state"},
	[PAPER_ROLE] = {"角色", "role"},
	[PAPER_DUTY] = {"在岗护理员和技术员", "Caregivers and technicians on duty"},
	[PAPER_NO_DUTY] = {"没有人在岗", "Nobody is on duty"},
	[PAPER_HAS_JOB] = {"有任务", "has a job"},
	[PAPER_FREE] = {"空闲", "free"},
	[PAPER_STATIONS] = {"站点", "Stations"},
	[PAPER_ADDRESS] = {"地址", "address"},
	[PAPER_DUTY_PHONE] = {"值班电话", "duty telephone"},
	[PAPER_BLANK] = {"停机期间的新呼援（手工填写，恢复后补录）",
                     "Calls that come in meanwhile (by hand; to be entered afterwards)"},
	[PAPER_BLANK_AT] = {"时间", "time"},
	[PAPER_BLANK_WHO] = {"姓名、电话、住址", "name, telephone, address"},
	[PAPER_BLANK_WHAT] = {"情况", "what happened"},
	[PAPER_BLANK_SENT] = {"派谁、几点到", "whom was sent, arrived at"},
	[PAPER_BLANK_END] = {"结果", "outcome"},
};

static const char *const CLASSES[CLASS_COUNT][PAPER_LANG_COUNT] = {
	[CLASS_LIFE] = {"特急", "Life"},
	[CLASS_WELFARE] = {"紧急", "Welfare"},
	[CLASS_GENERAL] = {"一般", "General"},
	[CLASS_DEVICE] = {"设备", "Device"},
};

static const char *const KINDS_ZH[KIND_COUNT] = {
	[KIND_SOS] = "一键呼叫",
	[KIND_PANIC] = "紧急求助",
	[KIND_FALL] = "跌倒",
	[KIND_DURESS] = "胁迫",
	[KIND_FIRE] = "火警",
	[KIND_SMOKE] = "烟感",
	[KIND_HEAT] = "高温",
	[KIND_GAS] = "燃气",
	[KIND_CO] = "一氧化碳",
	[KIND_WATER] = "漏水",
	[KIND_INACTIVITY] = "无活动",
	[KIND_MISSED_OK] = "未报平安",
	[KIND_WANDER] = "走失",
	[KIND_UNKNOWN] = "未知代码",
	[KIND_SERVICE] = "服务请求",
	[KIND_FOLLOW_UP] = "随访",
	[KIND_POWER] = "停电",
	[KIND_BATTERY] = "电量低",
	[KIND_TAMPER] = "防拆",
	[KIND_LINK] = "设备离线",
	[KIND_PENDANT_LOST] = "吊坠丢失",
	[KIND_TEST] = "测试",
	[KIND_REPAIR] = "设备维修",
	[KIND_COMMISSION] = "设备开通",
	[KIND_MISSED_TEST] = "按键测试逾期",
};

static const char *const STATES[INCIDENT_STATE_COUNT][PAPER_LANG_COUNT] = {
	[INCIDENT_WAITING] = {"新报警", "waiting"},
	[INCIDENT_ANSWERED] = {"处理中", "answered"},
	[INCIDENT_CLOSED] = {"已结案", "closed"},
};

static const char *const JOBS[JOB_STATE_COUNT][PAPER_LANG_COUNT] = {
	[JOB_OFFERING] = {"派单中", "offering"},
	[JOB_ACCEPTED] = {"已接单", "accepted"},
	[JOB_EN_ROUTE] = {"在途", "en route"},
	[JOB_ARRIVED] = {"已到达", "arrived"},
	[JOB_DONE] = {"已完成", "done"},
	[JOB_FAILED] = {"无人接单", "nobody took it"},
	[JOB_CANCELLED] = {"任务已取消", "cancelled"},
};

static const char *const POSTS[POST_COUNT][PAPER_LANG_COUNT] = {
	[POST_FIELD] = {"上门", "field"},
	[POST_DESK] = {"坐席", "desk"},
	[POST_SUPERVISOR] = {"班长", "supervisor"},
	[POST_DUTY_PHONE] = {"值班电话", "duty phone"},
	[POST_SECOND_PHONE] = {"第二中心值班电话", "second centre's duty phone"},
};

static const struct {
	const char *code, *words[PAPER_LANG_COUNT];
} CODES[] = {
	{"cmn", {"普通话", "Mandarin"}},
	{"yue", {"粤语", "Cantonese"}},
	{"hak", {"客家话", "Hakka"}},
	{"nan", {"闽南话", "Min Nan"}},
	{"wuu", {"吴语", "Wu"}},
	{"toishan", {"台山话", "Toishanese"}},
	{"hakka", {"客家话", "Hakka"}},
	{"teochew", {"潮汕话", "Teochew"}},
	{"hokkien", {"闽南话", "Hokkien"}},
	{"shanghai", {"上海话", "Shanghainese"}},
	{"alone", {"独居", "lives alone"}},
	{"very_old", {"高龄", "very old"}},
	{"disabled", {"失能", "disabled"}},
	{"no_children", {"无子女", "no children"}},
	{"heart", {"心脏病", "heart"}},
	{"fall", {"易跌倒", "falls"}},
	{"dementia", {"认知症", "dementia"}},
	{"stroke", {"中风史", "stroke"}},
	{"diabetes", {"糖尿病", "diabetes"}},
	{"deaf", {"失聪", "deaf"}},
	{"hearing", {"听力差", "hard of hearing"}},
	{"blind", {"视力障碍", "blind"}},
	{"oxygen", {"在家吸氧", "oxygen at home"}},
	{"bedridden", {"卧床", "bedridden"}},
	{"daughter", {"女儿", "daughter"}},
	{"son", {"儿子", "son"}},
	{"spouse", {"配偶", "spouse"}},
	{"neighbour", {"邻居", "neighbour"}},
	{"grandchild", {"孙辈", "grandchild"}},
	{"niece", {"侄女、外甥女", "niece"}},
	{"nephew", {"侄子、外甥", "nephew"}},
	{"sibling", {"兄弟姐妹", "sibling"}},
	{"friend", {"朋友", "friend"}},
	{"committee", {"居委会", "residents' committee"}},
};

const char *paper_word(enum paper_lang lang, enum paper_word word)
{
	return WORDS[word][lang];
}

static const char *or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

const char *paper_class(enum paper_lang lang, enum incident_class class)
{
	return or_dash((size_t) class < CLASS_COUNT ? CLASSES[class][lang] : NULL);
}

const char *paper_kind(enum paper_lang lang, enum kind kind)
{
	return lang == PAPER_ZH && (size_t)kind < KIND_COUNT && KINDS_ZH[kind] != NULL ? KINDS_ZH[kind] : kind_name(kind);
}

const char *paper_state(enum paper_lang lang, enum incident_state state)
{
	return or_dash((size_t)state < INCIDENT_STATE_COUNT ? STATES[state][lang] : NULL);
}

const char *paper_job(enum paper_lang lang, enum job_state state)
{
	return or_dash((size_t)state < JOB_STATE_COUNT ? JOBS[state][lang] : NULL);
}

const char *paper_post(enum paper_lang lang, enum shift_post post)
{
	return or_dash((size_t)post < POST_COUNT ? POSTS[post][lang] : NULL);
}

const char *paper_role(enum paper_lang lang, int role)
{
	static const char *const ROLES[][PAPER_LANG_COUNT] = {
		[PINGAN__V1__ROLE__ROLE_OPERATOR] = {"坐席", "operator"},
		[PINGAN__V1__ROLE__ROLE_SUPERVISOR] = {"班长", "supervisor"},
		[PINGAN__V1__ROLE__ROLE_CAREGIVER] = {"护理员", "caregiver"},
		[PINGAN__V1__ROLE__ROLE_TECHNICIAN] = {"技术员", "technician"},
	};

	return or_dash(role > 0 && (size_t)role < COUNT_OF(ROLES) ? ROLES[role][lang] : NULL);
}

const char *paper_service(enum service service)
{
	static const char *const NUMBERS[SERVICE_COUNT] = {
		[SERVICE_120] = "120", [SERVICE_119] = "119", [SERVICE_110] = "110"};

	return or_dash((size_t)service < SERVICE_COUNT ? NUMBERS[service] : NULL);
}

const char *paper_code(enum paper_lang lang, const char *code)
{
	for (size_t i = 0; i < COUNT_OF(CODES); i++)
		if (strcmp(CODES[i].code, code) == 0)
			return CODES[i].words[lang];
	return code;
}
