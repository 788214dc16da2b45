#include "record_json.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/ensure.h"

#define DEPTH_MAX 8

static json_t *bytes_json(const ProtobufCBinaryData *data)
{
	char *hex = malloc(2 * data->len + 1);
	json_t *ret;

	ENSURE(hex != NULL);
	hex[0] = '\0';
	if (data->len != 0)
		sodium_bin2hex(hex, 2 * data->len + 1, data->data, data->len);
	ret = json_string(hex);
	free(hex);
	return ret;
}

static json_t *enum_json(const ProtobufCFieldDescriptor *f, int value)
{
	const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(f->descriptor, value);

	return v == NULL ? json_integer(value) : json_string(v->name);
}

json_t *record_json_value(const ProtobufCFieldDescriptor *f, const void *at, const char *const *secret)
{
	char text[24];
	uint64_t id;

	switch (f->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return *(const int32_t *)at == 0 ? NULL : json_integer(*(const int32_t *)at);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
		return *(const int64_t *)at == 0 ? NULL : json_integer(*(const int64_t *)at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return *(const uint32_t *)at == 0 ? NULL : json_integer(*(const uint32_t *)at);
	case PROTOBUF_C_TYPE_FIXED64:
		id = *(const uint64_t *)at;
		(void)snprintf(text, sizeof text, "%016" PRIx64, id);
		return id == 0 ? NULL : json_string(text);
	case PROTOBUF_C_TYPE_FLOAT:
		return *(const float *)at == 0 ? NULL : json_real((double)*(const float *)at);
	case PROTOBUF_C_TYPE_DOUBLE:
		return *(const double *)at == 0 ? NULL : json_real(*(const double *)at);
	case PROTOBUF_C_TYPE_BOOL:
		return *(const protobuf_c_boolean *)at == 0 ? NULL : json_true();
	case PROTOBUF_C_TYPE_ENUM:
		return *(const int *)at == 0 ? NULL : enum_json(f, *(const int *)at);
	case PROTOBUF_C_TYPE_STRING: {
		const char *s = *(char *const *)at;
		json_t *ret;

		if (s == NULL || s[0] == '\0')
			return NULL;
		/* What is no UTF-8 is told all the same. */
		ret = json_string(s);
		return ret != NULL ? ret : bytes_json(&(ProtobufCBinaryData){strlen(s), (uint8_t *)(uintptr_t)s});
	}
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len == 0 ? NULL : bytes_json(at);
	case PROTOBUF_C_TYPE_MESSAGE: {
		const ProtobufCMessage *m = *(ProtobufCMessage *const *)at;

		return m == NULL ? NULL : record_json(m, secret);
	}
	}
	return NULL;
}

static size_t size_of(const ProtobufCFieldDescriptor *f)
{
	switch (f->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
		return 4;
	case PROTOBUF_C_TYPE_ENUM:
		return sizeof(int);
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	}
	return 8;
}

static json_t *list_json(const ProtobufCFieldDescriptor *f, const ProtobufCMessage *m, const char *const *secret)
{
	size_t count = *(const size_t *)((const char *)m + f->quantifier_offset);
	const char *items = *(const char *const *)((const char *)m + f->offset);
	json_t *list = count == 0 ? NULL : json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *v = record_json_value(f, items + i * size_of(f), secret);

		json_array_append_new(list, v == NULL ? json_null() : v);
	}
	return list;
}

json_t *record_json(const ProtobufCMessage *m, const char *const *secret)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		bool left_out = false;
		json_t *v = NULL;

		for (const char *const *s = secret; s != NULL && *s != NULL; s++)
			left_out = left_out || strcmp(*s, f->name) == 0;
		if (left_out)
			continue;
		if (f->label == PROTOBUF_C_LABEL_REPEATED)
			v = list_json(f, m, secret);
		else if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
		         *(const uint32_t *)((const char *)m + f->quantifier_offset) == f->id)
			v = record_json_value(f, (const char *)m + f->offset, secret);
		if (v != NULL)
			json_object_set_new(o, f->name, v);
	}
	return o;
}

/* ------------------------------------------------------------ for people */

static const struct {
	const char *name, *zh;
} LABELS[] = {
	{"access", "进门方式"},
	{"address", "住址"},
	{"alarms", "报警"},
	{"allergies", "过敏"},
	{"area", "社区"},
	{"assessed_on", "评估日期"},
	{"birth_year", "出生年份"},
	{"calls", "求助记录"},
	{"care_plan", "照护计划"},
	{"closed_ms", "结束时间"},
	{"consent", "同意保存和拨打"},
	{"consent_on", "同意日期"},
	{"contacts", "联系人"},
	{"devices", "设备"},
	{"dialect", "方言"},
	{"door_code", "门禁密码"},
	{"has_key", "有钥匙"},
	{"health", "健康"},
	{"home", "住户档案"},
	{"hospital", "医院"},
	{"key_holder", "钥匙保管人"},
	{"key_safe", "钥匙盒"},
	{"kind", "类型"},
	{"known_as", "称呼"},
	{"language", "语言"},
	{"lines", "经过"},
	{"log", "原始记录"},
	{"looks", "谁看过或改过"},
	{"made_at", "导出时间"},
	{"medicines", "用药"},
	{"mobility", "行动能力"},
	{"name", "姓名"},
	{"note", "备注"},
	{"notes", "说明"},
	{"opened_ms", "开始时间"},
	{"outcome", "结果"},
	{"phone", "电话"},
	{"phone2", "备用电话"},
	{"place", "位置"},
	{"relation", "关系"},
	{"resident", "老人"},
	{"residents", "老人"},
	{"risks", "风险"},
	{"sex", "性别"},
	{"street", "街道"},
	{"tell", "求助时通知"},
	{"text", "文字"},
	{"vitals", "设备状态"},
	{"who", "经手人"},
};

static const char *label_of(const char *name)
{
	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
		if (strcmp(LABELS[i].name, name) == 0)
			return LABELS[i].zh;
	return NULL;
}

static void scalar_print(const char *name, const json_t *v)
{
	size_t len = name == NULL ? 0 : strlen(name);

	if (json_is_string(v)) {
		printf("%s\n", json_string_value(v));
	} else if (json_is_integer(v) && len > 3 && strcmp(name + len - 3, "_ms") == 0 &&
	           json_integer_value(v) > 1000000000000) {
		time_t s = (time_t)(json_integer_value(v) / 1000);
		struct tm tm;
		char text[40] = "";

		if (localtime_r(&s, &tm) != NULL)
			(void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm);
		printf("%s.%03d\n", text, (int)(json_integer_value(v) % 1000));
	} else if (json_is_integer(v)) {
		printf("%" JSON_INTEGER_FORMAT "\n", json_integer_value(v));
	} else if (json_is_real(v)) {
		printf("%.7g\n", json_real_value(v));
	} else {
		printf("%s\n", json_is_true(v) ? "是 yes" : "-");
	}
}

static void named_print(const char *name, const json_t *v, unsigned depth)
{
	const char *zh = label_of(name);

	printf("%*s%s%s%s%s:", (int)(2 * depth), "", zh == NULL ? "" : zh, zh == NULL ? "" : " (", name,
	       zh == NULL ? "" : ")");
	if (json_is_object(v) || json_is_array(v)) {
		printf("\n");
		json_text_print(v, depth + 1);
	} else {
		printf(" ");
		scalar_print(name, v);
	}
}

void json_text_print(const json_t *value, unsigned depth)
{
	const char *name;
	json_t *v;
	size_t i;

	if (depth > DEPTH_MAX)
		return;
	if (json_is_array(value)) {
		json_array_foreach(value, i, v)
		{
			if (!json_is_object(v)) {
				printf("%*s- ", (int)(2 * depth), "");
				scalar_print(NULL, v);
				continue;
			}
			printf("%*s%zu.\n", (int)(2 * depth), "", i + 1);
			json_text_print(v, depth + 1);
		}
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, name, v) named_print(name, v, depth);
}
