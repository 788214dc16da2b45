/* demo_data.h - the words that the demo homes are put together from. Everybody and every street in it is invented;
 * telephone numbers begin with 100 and 020-0000, which nobody has. */
#ifndef CTL_DEMO_DATA_H
#define CTL_DEMO_DATA_H

struct demo_area {
	const char *code, *name, *name_en, *neighbour;
	unsigned due_min;
	int lat_e6, lon_e6;
};

static const struct demo_area AREAS[] = {
	{"4401", "演示市", "Demo City", "", 0, 23130000, 113264000},
	{"440190", "云影区", "Yunying District", "", 15, 23128000, 113270000},
	{"440190001", "榕荫街道", "Rongyin Sub-district", "440190002", 0, 23126000, 113262000},
	{"440190002", "听雨街道", "Tingyu Sub-district", "440190001", 0, 23126000, 113284000},
	{"440190001001", "木棉社区", "Mumian", "", 0, 23129000, 113258000},
	{"440190001002", "紫荆社区", "Zijing", "", 0, 23123000, 113259000},
	{"440190001003", "白兰社区", "Bailan", "", 0, 23128500, 113266000},
	{"440190001004", "石榴社区", "Shiliu", "", 0, 23122500, 113266500},
	{"440190002001", "长堤社区", "Changdi", "", 0, 23129500, 113280000},
	{"440190002002", "灯塔社区", "Dengta", "", 0, 23123500, 113280500},
	{"440190002003", "荷塘社区", "Hetang", "", 0, 23128800, 113288000},
	{"440190002004", "渔歌社区", "Yuge", "", 0, 23122800, 113288500},
};
#define COMMUNITIES_FROM 4
#define COMMUNITIES 8

static const char *const STREETS[] = {"石阶里", "晒布巷", "茶香路", "旧码头路", "风铃街", "竹影巷", "钟声里", "米铺街",
                                      "槐花路", "水车巷", "灯笼街", "雁归路",   "云梯里", "琴台路", "烟雨巷", "橹声街"};
static const char *const SURNAMES[] = {"陈", "李", "黄", "梁", "何", "罗", "郑", "邓",
                                       "冯", "区", "麦", "谭", "关", "霍", "岑", "欧阳"};
static const char *const GIVEN_W[] = {"秀英", "玉珍", "淑贞", "月娥", "惠芳", "金莲", "美娟",
                                      "瑞兰", "桂香", "婉仪", "素馨", "彩霞", "丽群", "少芬"};
static const char *const GIVEN_M[] = {"国强", "伟明", "炳坤", "志雄", "耀华", "锦棠", "德安",
                                      "镜波", "广生", "兆麟", "焕章", "沛霖", "永泉", "启东"};

/* What is known of somebody's health goes together: words for people, and the danger that a screen marks. */
struct demo_health {
	const char *notes, *medicines, *risk;
};

static const struct demo_health HEALTH[] = {
	{"两年前放过心脏支架", "阿司匹林、阿托伐他汀", "heart"},
	{"房颤，易淤血", "华法林", "heart"},
	{"左膝关节置换，走路用助行器", "塞来昔布", "fall"},
	{"糖尿病，随身带糖", "二甲双胍", "diabetes"},
	{"听力弱，请大声慢说", "甲钴胺", "hearing"},
	{"曾跌倒两次，起身困难", "碳酸钙", "fall"},
	{"轻度认知障碍，见生人会紧张", "多奈哌齐", "dementia"},
	{"高血压，曾轻度中风", "氨氯地平、阿司匹林", "stroke"},
	{"慢阻肺，夜间吸氧", "沙丁胺醇吸入剂", "oxygen"},
};
static const char *const ALLERGIES[] = {"青霉素", "磺胺", "海鲜", "碘造影剂"};
static const char *const HOSPITALS[] = {"演示市第一医院", "云影区中心医院", "榕荫街社区卫生服务中心"};
/* How to get in: in words, and what stands in a field of its own. */
struct demo_access {
	const char *words, *door_code, *key_safe, *key_holder;
};

static const struct demo_access ACCESS[] = {
	{"钥匙在居委会，夜间打值班电话", "2351#", "", "居委会"},
	{"从侧门上楼", "", "门右侧，密码 4096", ""},
	{"", "", "", "邻居 402"},
	{"敲门后请等两分钟", "8812#", "", ""},
	{"铁门常开", "", "地垫下的盒里，密码 7130", ""},
};
static const char *const DIALECTS[] = {"", "", "toishan", "", "hakka", ""};

/* The care centres of the two sub-districts, and one point. */
struct demo_station {
	const char *id, *name, *name_en, *area, *address, *phone, *duty_phone;
	int kind; /* StationKind of record.proto */
	int lat_e6, lon_e6;
};

static const struct demo_station STATIONS[] = {
	{"st01", "榕荫街道颐康中心", "Rongyin Care Centre", "440190001", "演示市云影区榕荫街道茶香路18号", "02000009101",
     "10000009101", 1, 23126200, 113262400},
	{"st02", "听雨街道颐康中心", "Tingyu Care Centre", "440190002", "演示市云影区听雨街道琴台路7号", "02000009102",
     "10000009102", 1, 23126100, 113284300},
	{"st03", "灯塔社区颐康服务站", "Dengta Care Point", "440190002002", "演示市云影区灯塔社区橹声街3号", "02000009103",
     "", 2, 23123400, 113280700},
};

struct demo_person {
	const char *id, *name;
	int role; /* Role of common.proto */
	const char *area, *skill;
};

static const struct demo_person PEOPLE[] = {
	{"op01", "周晓晴", 1, "440190001", ""},
	{"op02", "吴家敏", 1, "440190001", ""},
	{"op03", "苏志远", 1, "440190002", ""},
	{"op04", "叶文静", 1, "440190002", ""},
	{"sup01", "林若梅", 2, "440190", ""},
	{"cg01", "梁淑珍", 3, "440190001", "care"},
	{"cg02", "何永康", 3, "440190001", "care"},
	{"cg03", "郑小仪", 3, "440190001", "nurse"},
	{"cg04", "黄伟业", 3, "440190001", "care"},
	{"cg05", "罗美霞", 3, "440190001", "care"},
	{"cg06", "谭志坚", 3, "440190001", "technician"},
	{"cg07", "关雪莹", 3, "440190002", "care"},
	{"cg08", "冯国栋", 3, "440190002", "care"},
	{"cg09", "麦婉婷", 3, "440190002", "nurse"},
	{"cg10", "岑子健", 3, "440190002", "care"},
	{"cg11", "邓翠玲", 3, "440190002", "care"},
	{"cg12", "霍建辉", 3, "440190002", "technician"},
	{"wall01", "演示大屏", 7, "4401", ""},
};

/* Homes whose unit is an alarm panel: its DC-09 account. */
static const char *const PANELS[] = {"2468", "1001", "1002", "E128"};

/* Homes behind those whose resident wears a watch too: its number. */
static const char *const WATCHES[] = {"8800000005", "8800000006", "8800000007"};

#endif
