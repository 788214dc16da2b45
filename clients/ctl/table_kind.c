/* table_kind.c - the tables and their columns. */
#include "table_kind.h"

#define COLUMNS(list) .columns = (list), .column_count = COUNT_OF(list)

static const struct table_column HOMES[] = {
	{"household", "住户编号", "id", AS_ID, 31, true, false, NULL},
	{"area", "社区代码", "area", AS_CODE, 12, true, false, "area"},
	{"street", "街道", "street", AS_TYPE, 120, false, false, NULL},
	{"address", "地址", "address", AS_TYPE, 240, true, false, NULL},
	{"phone", "电话", "phone", AS_PHONE, 31, false, false, NULL},
	{"latitude", "纬度", "place.lat_e6", AS_PLACE, 90, false, false, NULL},
	{"longitude", "经度", "place.lon_e6", AS_PLACE, 180, false, false, NULL},
	{"kind", "类型", "kind", AS_TYPE, 31, false, false, NULL},
	{"station", "服务站", "station", AS_ID, 31, false, false, NULL},
	{"served_from", "服务开始", "served_from", AS_DAY, 10, false, false, NULL},
	{"note", "备注", "note", AS_TYPE, 600, false, false, NULL},
	{"care_provider", "照护机构", "care_plan.provider", AS_ID, 31, false, false, NULL},
	{"care_ability", "能力等级", "care_plan.ability", AS_TYPE, 5, false, false, NULL},
	{"care_assessed_on", "评估日期", "care_plan.assessed_on", AS_DAY, 10, false, false, NULL},
	{"care_visits_week", "每周上门", "care_plan.visits_week", AS_TYPE, 168, false, false, NULL},
	{"care_services", "照护项目", "care_plan.services", AS_TYPE, 31, false, false, NULL},
	{"care_from", "照护开始", "care_plan.from", AS_DAY, 10, false, false, NULL},
	{"care_until", "照护结束", "care_plan.until", AS_DAY, 10, false, false, NULL},
	{"care_manager", "照护负责人", "care_plan.manager", AS_ID, 31, false, false, NULL},
	{"care_note", "照护备注", "care_plan.note", AS_TYPE, 600, false, false, NULL},
	{"access", "入户方式", "access", AS_TYPE, 600, false, true, NULL},
	{"door_code", "门禁码", "door_code", AS_TYPE, 63, false, true, NULL},
	{"key_safe", "钥匙盒", "key_safe", AS_TYPE, 120, false, true, NULL},
	{"key_holder", "持钥匙人", "key_holder", AS_TYPE, 120, false, true, NULL},
	{"health_notes", "健康备注", "health.notes", AS_TYPE, 2000, false, true, NULL},
	{"medicines", "用药", "health.medicines", AS_TYPE, 2000, false, true, NULL},
	{"allergies", "过敏", "health.allergies", AS_TYPE, 600, false, true, NULL},
	{"hospital", "医院", "health.hospital", AS_TYPE, 120, false, true, NULL},
};

static const struct table_column RESIDENTS[] = {
	{"household", "住户编号", "", AS_ID, 31, true, false, "household"},
	{"resident", "老人编号", "id", AS_ID, 31, true, false, NULL},
	{"name", "姓名", "name", AS_TYPE, 63, true, false, NULL},
	{"spelling", "拼音", "spelling", AS_TYPE, 63, false, false, NULL},
	{"known_as", "称呼", "known_as", AS_TYPE, 63, false, false, NULL},
	{"birth_year", "出生年", "birth_year", AS_TYPE, 2200, false, false, NULL},
	{"sex", "性别", "sex", AS_SEX, 15, false, false, NULL},
	{"language", "语言", "language", AS_TYPE, 15, false, false, NULL},
	{"dialect", "方言", "dialect", AS_TYPE, 31, false, false, NULL},
	{"phone", "电话", "phone", AS_PHONE, 31, false, false, NULL},
	{"risks", "风险标签", "risks", AS_TYPE, 31, false, false, NULL},
	{"mobility", "行动能力", "mobility", AS_TYPE, 31, false, false, NULL},
	{"health_notes", "健康备注", "health.notes", AS_TYPE, 2000, false, true, NULL},
	{"medicines", "用药", "health.medicines", AS_TYPE, 2000, false, true, NULL},
	{"allergies", "过敏", "health.allergies", AS_TYPE, 600, false, true, NULL},
	{"hospital", "医院", "health.hospital", AS_TYPE, 120, false, true, NULL},
};

static const struct table_column CONTACTS[] = {
	{"household", "住户编号", "", AS_ID, 31, true, false, "household"},
	{"order", "顺序", "order", AS_TYPE, 99, true, false, NULL},
	{"name", "姓名", "name", AS_TYPE, 63, true, false, NULL},
	{"relation", "关系", "relation", AS_TYPE, 63, false, false, NULL},
	{"phone", "电话", "phone", AS_PHONE, 31, true, false, NULL},
	{"phone2", "电话2", "phone2", AS_PHONE, 31, false, false, NULL},
	{"has_key", "有钥匙", "has_key", AS_TYPE, 0, false, false, NULL},
	{"tell", "呼救时告知", "tell", AS_TYPE, 0, false, false, NULL},
	{"consent", "已同意", "consent", AS_TYPE, 0, false, false, NULL},
	{"consent_on", "同意日期", "consent_on", AS_DAY, 10, false, false, NULL},
	{"hours", "可联系时间", "hours", AS_HOURS, 0, false, false, NULL},
	{"language", "语言", "language", AS_TYPE, 15, false, false, NULL},
	{"note", "备注", "note", AS_TYPE, 240, false, false, NULL},
};

static const struct table_column DEVICES[] = {
	{"device", "设备编号", "id", AS_ID, 31, true, false, NULL},
	{"household", "住户编号", "household", AS_ID, 31, true, false, "household"},
	{"protocol", "协议", "protocol", AS_TYPE, 15, true, false, NULL},
	{"key", "密钥", "psk", AS_HEX, 32, false, true, NULL},
	{"model", "型号", "model", AS_TYPE, 63, false, false, NULL},
	{"codes", "代码表", "code_table", AS_TYPE, 31, false, false, NULL},
	{"report_s", "上报周期秒", "report_s", AS_TYPE, 2592000, false, false, NULL},
	{"carrier", "运营商", "carrier", AS_TYPE, 31, false, false, NULL},
	{"state", "状态", "state", AS_TYPE, 31, false, false, NULL},
	{"state_at", "状态时间", "state_ms", AS_TIME, 0, false, false, NULL},
	{"entered_at", "登记时间", "entered_ms", AS_TIME, 0, false, false, NULL},
	{"bound_at", "绑定时间", "bound_ms", AS_TIME, 0, false, false, NULL},
	{"proved_at", "验证时间", "proved_ms", AS_TIME, 0, false, false, NULL},
	{"proved_by", "验证人", "proved_by", AS_ID, 31, false, false, NULL},
	{"tested_at", "测试时间", "tested_ms", AS_TIME, 0, false, false, NULL},
	{"installed_by", "安装人", "installed_by", AS_ID, 31, false, false, NULL},
};

static const struct table_column PEOPLE[] = {
	{"account", "账号", "id", AS_ID, 31, true, false, NULL},
	{"name", "姓名", "name", AS_TYPE, 63, true, false, NULL},
	{"role", "角色", "role", AS_TYPE, 31, true, false, NULL},
	{"areas", "区域代码", "areas", AS_CODE, 12, false, false, NULL},
	{"phone", "电话", "phone", AS_PHONE, 31, false, false, NULL},
	{"languages", "语言", "languages", AS_TYPE, 15, false, false, NULL},
	{"skills", "技能", "skills", AS_TYPE, 15, false, false, NULL},
	{"latitude", "纬度", "base_place.lat_e6", AS_PLACE, 90, false, false, NULL},
	{"longitude", "经度", "base_place.lon_e6", AS_PLACE, 180, false, false, NULL},
	{"station", "服务站", "station", AS_ID, 31, false, false, "station"},
	{"disabled", "停用", "disabled", AS_TYPE, 0, false, false, NULL},
	{"password_hash", "口令散列", "password_hash", AS_TYPE, 127, false, true, NULL},
};

static const struct table_column AREAS[] = {
	{"area", "区域代码", "code", AS_CODE, 12, true, false, NULL},
	{"name", "名称", "name", AS_TYPE, 63, true, false, NULL},
	{"name_en", "英文名称", "name_en", AS_TYPE, 63, false, false, NULL},
	{"neighbours", "相邻区域", "neighbours", AS_CODE, 12, false, false, NULL},
	{"arrival_due_min", "到达时限分", "arrival_due_min", AS_TYPE, 1440, false, false, NULL},
	{"latitude", "纬度", "centre.lat_e6", AS_PLACE, 90, false, false, NULL},
	{"longitude", "经度", "centre.lon_e6", AS_PLACE, 180, false, false, NULL},
	{"target_homes", "目标户数", "target_homes", AS_TYPE, 100000000, false, false, NULL},
	{"station", "服务站", "station", AS_ID, 31, false, false, NULL},
};

static const struct table_column STATIONS[] = {
	{"station", "服务站编号", "id", AS_ID, 31, true, false, NULL},
	{"name", "名称", "name", AS_TYPE, 63, true, false, NULL},
	{"name_en", "英文名称", "name_en", AS_TYPE, 63, false, false, NULL},
	{"kind", "类型", "kind", AS_TYPE, 31, false, false, NULL},
	{"area", "区域代码", "area", AS_CODE, 12, true, false, "area"},
	{"address", "地址", "address", AS_TYPE, 240, true, false, NULL},
	{"phone", "电话", "phone", AS_PHONE, 31, false, false, NULL},
	{"duty_phone", "值班电话", "duty_phone", AS_PHONE, 31, false, false, NULL},
	{"latitude", "纬度", "place.lat_e6", AS_PLACE, 90, false, false, NULL},
	{"longitude", "经度", "place.lon_e6", AS_PLACE, 180, false, false, NULL},
	{"hours", "开放时间", "hours", AS_HOURS, 0, false, false, NULL},
	{"covers", "负责区域", "covers", AS_CODE, 12, false, false, NULL},
	{"closed", "已关闭", "closed", AS_TYPE, 0, false, false, NULL},
};

#define HOUSEHOLD (&pingan__v1__household__descriptor)

static const struct table_kind KIND_AREAS = {
	"areas", "区域", "area", &pingan__v1__area__descriptor, NULL, &pingan__v1__area__descriptor, COLUMNS(AREAS)};
static const struct table_kind KIND_STATIONS = {
	"stations",       "服务站", "station", &pingan__v1__station__descriptor, NULL, &pingan__v1__station__descriptor,
	COLUMNS(STATIONS)};
static const struct table_kind KIND_PEOPLE = {
	"people",       "人员", "person", &pingan__v1__person__descriptor, NULL, &pingan__v1__person__descriptor,
	COLUMNS(PEOPLE)};
static const struct table_kind KIND_HOMES = {"homes", "住户", "household", HOUSEHOLD, NULL, HOUSEHOLD, COLUMNS(HOMES)};
static const struct table_kind KIND_RESIDENTS = {
	"residents", "老人", "household", HOUSEHOLD, "residents", &pingan__v1__resident__descriptor, COLUMNS(RESIDENTS)};
static const struct table_kind KIND_CONTACTS = {
	"contacts", "联系人", "household", HOUSEHOLD, "contacts", &pingan__v1__contact__descriptor, COLUMNS(CONTACTS)};
static const struct table_kind KIND_DEVICES = {
	"devices",       "设备", "device", &pingan__v1__device__descriptor, NULL, &pingan__v1__device__descriptor,
	COLUMNS(DEVICES)};

const struct table_kind *const TABLE_KINDS[] = {&KIND_AREAS,     &KIND_STATIONS, &KIND_PEOPLE, &KIND_HOMES,
                                                &KIND_RESIDENTS, &KIND_CONTACTS, &KIND_DEVICES};
const size_t TABLE_KIND_COUNT = COUNT_OF(TABLE_KINDS);

const struct table_kind *table_kind_of(const char *name)
{
	for (size_t i = 0; i < TABLE_KIND_COUNT; i++)
		if (strcmp(TABLE_KINDS[i]->name, name) == 0 || strcmp(TABLE_KINDS[i]->name_zh, name) == 0)
			return TABLE_KINDS[i];
	return NULL;
}

bool table_reserved(const struct table_kind *kind, const char *id)
{
	return kind->message == HOUSEHOLD && strcmp(id, "quarantine") == 0;
}

bool table_erased(const struct table_kind *kind, const ProtobufCMessage *record)
{
	if (kind->message == &pingan__v1__person__descriptor)
		return ((const Pingan__V1__Person *)record)->erased_ms != 0;
	return kind->message == HOUSEHOLD && ((const Pingan__V1__Household *)record)->erased_ms != 0;
}

size_t table_column_of(const struct table_kind *kind, const char *path)
{
	for (size_t i = 0; i < kind->column_count; i++)
		if (strcmp(kind->columns[i].path, path) == 0 || strcmp(kind->columns[i].name, path) == 0)
			return i;
	return kind->column_count;
}
