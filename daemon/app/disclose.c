#include "app/disclose.h"

#include <string.h>

#include "app/disclose_table.h"
#include "pingan/v1/console.pb-c.h"

#define DEPTH_MAX 6 /* ToScreen, PhoneState, PhoneJob, DetailLine: four today */

/* ------------------------------------------------------------ fields */

static const struct told *told_find(const ProtobufCMessageDescriptor *message)
{
	static const struct told *const TABLES[] = {DISCLOSE_SCREENS, DISCLOSE_REGISTRY};

	for (size_t i = 0; i < COUNT_OF(TABLES); i++)
		for (const struct told *t = TABLES[i]; t->message != NULL; t++)
			if (t->message == message)
				return t;
	return NULL;
}

/* `at`: where it is expected. A field that stands elsewhere is found all the same. */
static enum data field_data(const struct told *t, const ProtobufCFieldDescriptor *field, size_t at)
{
	if (t == NULL)
		return DATA_UNDECIDED;
	if (at < t->count && t->fields[at].offset == field->offset)
		return (enum data)t->fields[at].data;
	for (size_t i = 0; i < t->count; i++)
		if (t->fields[i].offset == field->offset)
			return (enum data)t->fields[i].data;
	return DATA_UNDECIDED;
}

enum data disclose_data(const ProtobufCMessageDescriptor *message, const ProtobufCFieldDescriptor *field)
{
	return field_data(told_find(message), field, SIZE_MAX);
}

/* ------------------------------------------------------------ who, and when */

#define B(sort) DATA_BIT(DATA_##sort)
#define ANYBODY (B(PART) | B(WORK))
#define AT_DESK (ANYBODY | B(PLACE) | B(REF) | B(STAFF) | B(WHO) | B(STREET))
#define OPENED (AT_DESK | B(ADDRESS) | B(ACCESS) | B(PHONE) | B(CONTACT) | B(TEXT))
#define ON_A_WALL (ANYBODY | B(PLACE))
#define OFFERED (ANYBODY | B(PLACE) | B(STREET))
#define SELF (ANYBODY | B(PLACE) | B(REF) | B(STAFF))
/* Of a job in hand: everything that helps to get there and in. */
#define TO_THE_DOOR (OPENED)

/* clang-format off */
static const struct {
	int body;
	uint32_t to[AUDIENCE_COUNT];
} BODIES[] = {
	/*                                                  desk               phone                    wall */
	{PINGAN__V1__TO_SCREEN__BODY_WELCOME,   {SELF,              SELF,                    ON_A_WALL}},
	{PINGAN__V1__TO_SCREEN__BODY_HEARTBEAT, {ANYBODY,           ANYBODY,                 ANYBODY}},
	{PINGAN__V1__TO_SCREEN__BODY_STORE,     {ANYBODY,           ANYBODY,                 ANYBODY}},
	{PINGAN__V1__TO_SCREEN__BODY_GO_AWAY,   {ANYBODY,           ANYBODY,                 ANYBODY}},
	{PINGAN__V1__TO_SCREEN__BODY_REPLY,     {AT_DESK,           ANYBODY | B(REF) | B(STAFF), ANYBODY}},
	{PINGAN__V1__TO_SCREEN__BODY_SNAPSHOT,  {AT_DESK | B(CONTACT), 0,                    ON_A_WALL}},
	{PINGAN__V1__TO_SCREEN__BODY_DELTA,     {AT_DESK | B(CONTACT), 0,                    ON_A_WALL}},
	{PINGAN__V1__TO_SCREEN__BODY_DETAIL,    {OPENED | B(HEALTH), 0,                      0}},
	{PINGAN__V1__TO_SCREEN__BODY_PHONE,     {0,                 TO_THE_DOOR | B(HEALTH), 0}},
	{PINGAN__V1__TO_SCREEN__BODY_PRESENCE,  {AT_DESK,           0,                       0}},
	{PINGAN__V1__TO_SCREEN__BODY_STORMS,    {AT_DESK | B(TEXT), 0,                       ON_A_WALL}},
	{PINGAN__V1__TO_SCREEN__BODY_DEVICE,    {AT_DESK | B(ADDRESS) | B(ACCESS), AT_DESK | B(ADDRESS) | B(ACCESS), 0}},
	{PINGAN__V1__TO_SCREEN__BODY_RECORD,    {OPENED | B(HEALTH), 0,                      0}},
	{PINGAN__V1__TO_SCREEN__BODY_ROSTER,    {SELF,              0,                       0}},
	{PINGAN__V1__TO_SCREEN__BODY_ROSTER_PAGE, {SELF,            0,                       0}},
	{PINGAN__V1__TO_SCREEN__BODY_WALL,      {0,                 0,                       ON_A_WALL}},
};
/* clang-format on */

uint32_t disclose_body(enum audience to, int body_case)
{
	for (size_t i = 0; i < COUNT_OF(BODIES); i++)
		if (BODIES[i].body == body_case && (unsigned)to < AUDIENCE_COUNT)
			return BODIES[i].to[to];
	return 0;
}

uint32_t disclose_row(enum audience to)
{
	return disclose_body(to, PINGAN__V1__TO_SCREEN__BODY_DELTA);
}

uint32_t disclose_detail(bool looked)
{
	return looked ? OPENED | B(HEALTH) : OPENED;
}

uint32_t disclose_card(bool looked)
{
	return looked ? AT_DESK | B(ADDRESS) | B(ACCESS) : AT_DESK;
}

uint32_t disclose_offer(void)
{
	return OFFERED;
}

uint32_t disclose_job(enum job_state state, enum skill skill)
{
	switch (state) {
	case JOB_ACCEPTED:
	case JOB_EN_ROUTE:
	case JOB_ARRIVED:
		return skill == SKILL_TECHNICIAN ? TO_THE_DOOR : TO_THE_DOOR | B(HEALTH);
	case JOB_NONE:
	case JOB_OFFERING:
	case JOB_DONE:
	case JOB_FAILED:
	case JOB_CANCELLED:
	case JOB_STATE_COUNT:
		break;
	}
	return OFFERED;
}

/* ------------------------------------------------------------ emptied */

static size_t scalar_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return 8;
	case PROTOBUF_C_TYPE_BOOL:
		return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_ENUM:
		return 4;
	}
	return 0;
}

static void field_empty(uint8_t *base, const ProtobufCFieldDescriptor *f)
{
	if (f->label == PROTOBUF_C_LABEL_REPEATED) {
		*(size_t *)(void *)(base + f->quantifier_offset) = 0;
		return;
	}
	if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
		if (*(uint32_t *)(void *)(base + f->quantifier_offset) == f->id)
			*(uint32_t *)(void *)(base + f->quantifier_offset) = 0;
		return;
	}
	if (f->type == PROTOBUF_C_TYPE_STRING)
		*(const void **)(void *)(base + f->offset) =
			f->default_value != NULL ? f->default_value : protobuf_c_empty_string;
	else
		memset(base + f->offset, 0, scalar_size(f->type));
}

static void mask(ProtobufCMessage *m, uint32_t allowed, int depth);

static void mask_parts(uint8_t *base, const ProtobufCFieldDescriptor *f, uint32_t allowed, int depth)
{
	if (f->label == PROTOBUF_C_LABEL_REPEATED) {
		size_t n = *(size_t *)(void *)(base + f->quantifier_offset);
		ProtobufCMessage **list = *(ProtobufCMessage ***)(void *)(base + f->offset);

		for (size_t i = 0; i < n; i++)
			mask(list[i], allowed, depth + 1);
	} else if ((f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
	           *(uint32_t *)(void *)(base + f->quantifier_offset) == f->id) {
		ProtobufCMessage *part = *(ProtobufCMessage **)(void *)(base + f->offset);

		if (part != NULL)
			mask(part, allowed, depth + 1);
	}
}

static void mask(ProtobufCMessage *m, uint32_t allowed, int depth)
{
	const ProtobufCMessageDescriptor *d = m->descriptor;
	const struct told *t = told_find(d);

	/* An offer stays an offer, whatever else the phone may be told. */
	if (d == &pingan__v1__phone_offer__descriptor)
		allowed &= OFFERED;
	for (unsigned i = 0; i < d->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &d->fields[i];
		enum data data = field_data(t, f, i);

		if (data == DATA_UNDECIDED || (allowed & DATA_BIT(data)) == 0 || depth > DEPTH_MAX)
			field_empty((uint8_t *)m, f);
		else if (data == DATA_PART)
			mask_parts((uint8_t *)m, f, allowed, depth);
	}
}

void disclose_mask(ProtobufCMessage *m, uint32_t allowed)
{
	mask(m, allowed, 0);
}
