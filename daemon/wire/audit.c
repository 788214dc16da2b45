#include "wire/audit.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------ which lines are acts of a person */

#define C AUDIT_CHANGED

/* Lines that rules and devices write stand here too: should a person ever stand behind one, it is on record. */
static const uint8_t OF_LINE[] = {
	[PINGAN__V1__LINE_CODE__LINE_ALARM] = C,
	[PINGAN__V1__LINE_CODE__LINE_REPEAT] = C,
	[PINGAN__V1__LINE_CODE__LINE_RESIDENT_CANCEL] = C,
	[PINGAN__V1__LINE_CODE__LINE_RESTORE] = C,
	[PINGAN__V1__LINE_CODE__LINE_RAISED] = C,
	[PINGAN__V1__LINE_CODE__LINE_RESTORED] = C,
	[PINGAN__V1__LINE_CODE__LINE_RUNG_OPERATORS] = C,
	[PINGAN__V1__LINE_CODE__LINE_RUNG_NEIGHBOURS] = C,
	[PINGAN__V1__LINE_CODE__LINE_RUNG_SUPERVISOR] = C,
	[PINGAN__V1__LINE_CODE__LINE_STEP_SKIPPED] = C,
	[PINGAN__V1__LINE_CODE__LINE_CLAIMED] = C,
	[PINGAN__V1__LINE_CODE__LINE_RETURNED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OWNER_GONE] = C,
	[PINGAN__V1__LINE_CODE__LINE_CALLED] = C,
	[PINGAN__V1__LINE_CODE__LINE_SPOKE_RESIDENT] = C,
	[PINGAN__V1__LINE_CODE__LINE_NO_VOICE] = C,
	[PINGAN__V1__LINE_CODE__LINE_NOTE] = C,
	[PINGAN__V1__LINE_CODE__LINE_JOB] = C,
	[PINGAN__V1__LINE_CODE__LINE_DISPATCHED_UNATTENDED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFERED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_DELIVERED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_SEEN] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_ACCEPTED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_DECLINED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_EXPIRED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_WITHDRAWN] = C,
	[PINGAN__V1__LINE_CODE__LINE_NEXT_WAVE] = C,
	[PINGAN__V1__LINE_CODE__LINE_JOB_FAILED] = C,
	[PINGAN__V1__LINE_CODE__LINE_DEPARTED] = C,
	[PINGAN__V1__LINE_CODE__LINE_ARRIVED] = C,
	[PINGAN__V1__LINE_CODE__LINE_DONE] = C,
	[PINGAN__V1__LINE_CODE__LINE_GIVEN_BACK] = C,
	[PINGAN__V1__LINE_CODE__LINE_JOB_CANCELLED] = C,
	[PINGAN__V1__LINE_CODE__LINE_OVERDUE_DEPARTURE] = C,
	[PINGAN__V1__LINE_CODE__LINE_OVERDUE_ARRIVAL] = C,
	[PINGAN__V1__LINE_CODE__LINE_CONTACT_TOLD] = C,
	[PINGAN__V1__LINE_CODE__LINE_CONTACTS_ASKED] = C,
	[PINGAN__V1__LINE_CODE__LINE_DUTY_PHONES] = C,
	[PINGAN__V1__LINE_CODE__LINE_REMINDER] = C,
	[PINGAN__V1__LINE_CODE__LINE_CLOSED] = C,
	[PINGAN__V1__LINE_CODE__LINE_CLOSE_ASKED] = C,
	[PINGAN__V1__LINE_CODE__LINE_REOPENED] = C,
	[PINGAN__V1__LINE_CODE__LINE_QUARANTINED] = C,
	[PINGAN__V1__LINE_CODE__LINE_SEEN_NOT_IN_FORCE] = AUDIT_NOT_IN_FORCE,
	[PINGAN__V1__LINE_CODE__LINE_OPENED] = AUDIT_LOOKED,
	[PINGAN__V1__LINE_CODE__LINE_UNKNOWN_CODE] = C,
	[PINGAN__V1__LINE_CODE__LINE_HELD] = C,
	[PINGAN__V1__LINE_CODE__LINE_HOLD_OVER] = C,
	[PINGAN__V1__LINE_CODE__LINE_TRANSFERRED] = C,
	[PINGAN__V1__LINE_CODE__LINE_ESCALATED] = C,
	[PINGAN__V1__LINE_CODE__LINE_HANDOVER_OPENED] = C,
	[PINGAN__V1__LINE_CODE__LINE_HANDOVER_TRIED] = C,
	[PINGAN__V1__LINE_CODE__LINE_HANDOVER_TOLD] = C,
	[PINGAN__V1__LINE_CODE__LINE_HANDOVER_CONFIRMED] = C,
	[PINGAN__V1__LINE_CODE__LINE_HANDOVER_OVERDUE] = C,
	[PINGAN__V1__LINE_CODE__LINE_HANDOVER_CANCELLED] = C,
	[PINGAN__V1__LINE_CODE__LINE_RECALL_DUE] = C,
	[PINGAN__V1__LINE_CODE__LINE_CONTACT_ANSWERED] = C,
	[PINGAN__V1__LINE_CODE__LINE_SHELVED] = C,
	[PINGAN__V1__LINE_CODE__LINE_HELD_BACK] = C,
	[PINGAN__V1__LINE_CODE__LINE_BACK_IN_QUEUE] = C,
	[PINGAN__V1__LINE_CODE__LINE_DRILL] = C,
	[PINGAN__V1__LINE_CODE__LINE_DRILL_ENDED] = C,
	[PINGAN__V1__LINE_CODE__LINE_REPAIR_OVERDUE] = C,
	[PINGAN__V1__LINE_CODE__LINE_SUBSTITUTE] = C,
	[PINGAN__V1__LINE_CODE__LINE_AREA_JOINED] = C,
	[PINGAN__V1__LINE_CODE__LINE_AREA_LEFT] = C,
	[PINGAN__V1__LINE_CODE__LINE_AREA_OVER] = C,
	[PINGAN__V1__LINE_CODE__LINE_BATTERY_DUE] = C,
	[PINGAN__V1__LINE_CODE__LINE_OFFER_CALLED] = C,
	[PINGAN__V1__LINE_CODE__LINE_FOLLOW_UP_DUE] = C,
	[PINGAN__V1__LINE_CODE__LINE_FOLLOW_UP_MADE] = C,
	[PINGAN__V1__LINE_CODE__LINE_TEST_PRESS] = C,
	[PINGAN__V1__LINE_CODE__LINE_UNIT_SAYS] = C,
	[PINGAN__V1__LINE_CODE__LINE_BOUND] = C,
	[PINGAN__V1__LINE_CODE__LINE_REFUSED] = AUDIT_REFUSED,
};

static const uint8_t OF_DEVICE[] = {
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_ENTERED] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_BOUND] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_STATE_SET] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_PROVED] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_TESTED] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_KEY_MADE] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_KEY_TAKEN] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_SET] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_LOOKED] = AUDIT_LOOKED,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_PROOF_BEGUN] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_PROOF_PRESSED] = C,
	[PINGAN__V1__DEVICE_CHANGE__DEVICE_PROOF_ENDED] = C,
};

static const uint8_t OF_ROSTER[] = {
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_SLOT_SET] = C,     [PINGAN__V1__ROSTER_CHANGE__ROSTER_SLOT_ENDED] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_SHIFT_SET] = C,    [PINGAN__V1__ROSTER_CHANGE__ROSTER_SWAP_ASKED] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_SWAP_AGREED] = C,  [PINGAN__V1__ROSTER_CHANGE__ROSTER_SWAP_APPROVED] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_SWAP_REFUSED] = C, [PINGAN__V1__ROSTER_CHANGE__ROSTER_SWAP_WITHDRAWN] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_ABSENCE_SET] = C,  [PINGAN__V1__ROSTER_CHANGE__ROSTER_ABSENCE_ENDED] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_REMINDED] = C,     [PINGAN__V1__ROSTER_CHANGE__ROSTER_DUTY_ON] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_DUTY_OFF] = C,     [PINGAN__V1__ROSTER_CHANGE__ROSTER_CHECK_MADE] = C,
	[PINGAN__V1__ROSTER_CHANGE__ROSTER_CHECK_PASSED] = C, [PINGAN__V1__ROSTER_CHANGE__ROSTER_DUTY_ENDS] = C,
};
#undef C

enum audit_what audit_of_line(uint32_t code)
{
	return code < COUNT_OF(OF_LINE) ? (enum audit_what)OF_LINE[code] : AUDIT_NONE;
}

enum audit_what audit_of_device(uint32_t change)
{
	return change < COUNT_OF(OF_DEVICE) ? (enum audit_what)OF_DEVICE[change] : AUDIT_NONE;
}

enum audit_what audit_of_roster(uint32_t change)
{
	return change < COUNT_OF(OF_ROSTER) ? (enum audit_what)OF_ROSTER[change] : AUDIT_NONE;
}

/* ------------------------------------------------------------ whose act a log entry tells of */

static void id_take(char ret[ID_MAX], const char *from)
{
	if (!text_copy(ret, ID_MAX, slice_str(from)))
		ret[0] = '\0';
}

void audit_about(struct audit *a, const char *record_key)
{
	const char *colon = strchr(record_key, ':');

	if (!text_copy(a->record, sizeof a->record, slice_str(record_key)))
		a->record[0] = '\0';
	if (colon == NULL)
		return;
	if (strncmp(record_key, "incident:", 9) == 0)
		a->incident = strtoull(colon + 1, NULL, 16);
	else if (strncmp(record_key, "household:", 10) == 0)
		id_take(a->household, colon + 1);
	else if (strncmp(record_key, "device:", 7) == 0)
		id_take(a->device, colon + 1);
	else if ((strncmp(record_key, "person:", 7) == 0 || strncmp(record_key, "absence:", 8) == 0) &&
	         a->subject[0] == '\0')
		id_take(a->subject, colon + 1);
}

/* A thing that nobody has decided about hides nobody. */
static enum audit_what or_changed(enum audit_what what)
{
	return what == AUDIT_NONE ? AUDIT_CHANGED : what;
}

static bool whose(struct audit *a, const char *who)
{
	if (who[0] == '\0')
		return false;
	snprintf(a->who, sizeof a->who, "%s", who);
	return true;
}

static bool from_lines(const Pingan__V1__LogEvent *e, struct audit *a)
{
	for (size_t i = 0; i < e->n_lines; i++) {
		const Pingan__V1__Line *l = e->lines[i];

		if (!whose(a, l->who))
			continue;
		a->what = or_changed(audit_of_line((uint32_t)l->code));
		a->line = a->what == AUDIT_NOT_IN_FORCE ? l->count : (uint32_t)l->code;
		a->number = l->number;
		a->cmd = l->cmd;
		if (a->what != AUDIT_REFUSED) {
			id_take(a->subject, l->subject);
			return true;
		}
		a->request = l->number > 0 ? (uint32_t)l->number : 0;
		a->count = l->count;
		a->line = 0;
		snprintf(a->note, sizeof a->note, "%s", l->subject); /* of the API: what was called */
		return true;
	}
	return false;
}

static bool from_devices(const Pingan__V1__LogEvent *e, struct audit *a)
{
	for (size_t i = 0; i < e->n_devices; i++) {
		const Pingan__V1__DeviceEvent *d = e->devices[i];

		if (a->what == AUDIT_NONE ? !whose(a, d->who) : d->who[0] == '\0')
			continue;
		if (a->what == AUDIT_NONE) {
			a->what = or_changed(audit_of_device((uint32_t)d->what));
			a->number = d->number;
		}
		a->device_change = (uint32_t)d->what;
		id_take(a->device, d->device);
		return true;
	}
	return false;
}

static bool from_rosters(const Pingan__V1__LogEvent *e, struct audit *a)
{
	for (size_t i = 0; i < e->n_rosters; i++) {
		const Pingan__V1__RosterEvent *r = e->rosters[i];

		if (!whose(a, r->who))
			continue;
		a->what = or_changed(audit_of_roster((uint32_t)r->what));
		a->roster_change = (uint32_t)r->what;
		a->number = r->number;
		id_take(a->subject, r->subject);
		return true;
	}
	return false;
}

static bool from_edit(const Pingan__V1__LogEvent *e, struct audit *a)
{
	static const char *const NOTES[] = {
		[PINGAN__V1__RECORD_EDIT__WHAT__EDIT_MADE] = "made",
		[PINGAN__V1__RECORD_EDIT__WHAT__EDIT_CHANGED] = "changed",
		[PINGAN__V1__RECORD_EDIT__WHAT__EDIT_REMOVED] = "removed",
		[PINGAN__V1__RECORD_EDIT__WHAT__EDIT_SEEN] = "",
	};
	const Pingan__V1__RecordEdit *edit = e->edit;

	if (edit == NULL || !whose(a, edit->who))
		return false;
	a->what = edit->what == PINGAN__V1__RECORD_EDIT__WHAT__EDIT_SEEN ? AUDIT_LOOKED : AUDIT_CHANGED;
	if ((int)edit->what > 0 && (size_t)edit->what < COUNT_OF(NOTES))
		snprintf(a->note, sizeof a->note, "%s", NOTES[edit->what]);
	for (size_t i = 0; i < edit->n_fields; i++)
		audit_field(a, edit->fields[i]);
	if (edit->more)
		audit_field(a, "...");
	return true;
}

bool audit_of_event(const Pingan__V1__LogEvent *e, struct audit *ret)
{
	bool found = from_lines(e, ret);

	found = from_devices(e, ret) || found;
	found = found || from_rosters(e, ret) || from_edit(e, ret);
	if (found)
		audit_about(ret, e->edit != NULL && e->edit->record[0] != '\0' ? e->edit->record : e->record);
	return found;
}

/* ------------------------------------------------------------ names */

static const char *const NAMES[] = {
	[AUDIT_NONE] = "none",
	[AUDIT_CHANGED] = "changed",
	[AUDIT_LOOKED] = "looked",
	[AUDIT_FOUND] = "found",
	[AUDIT_LOGGED_IN] = "logged_in",
	[AUDIT_LOGGED_OUT] = "logged_out",
	[AUDIT_LOGIN_FAILED] = "login_failed",
	[AUDIT_SESSION_ENDED] = "session_ended",
	[AUDIT_REFUSED] = "refused",
	[AUDIT_IMPORTED] = "imported",
	[AUDIT_EXPORTED] = "exported",
	[AUDIT_PRINTED] = "printed",
	[AUDIT_ERASED] = "erased",
	[AUDIT_NOT_IN_FORCE] = "not_in_force",
	[AUDIT_STARTED] = "started",
	[AUDIT_SEALED] = "sealed",
	[AUDIT_TRIMMED] = "trimmed",
};

_Static_assert(COUNT_OF(NAMES) == AUDIT_WHAT_COUNT, "a name for each");
_Static_assert((int)AUDIT_TRIMMED == (int)PINGAN__V1__AUDIT_WHAT__AUDIT_TRIMMED, "numbers are those of the proto");
_Static_assert((int)AUDIT_NOT_IN_FORCE == (int)PINGAN__V1__AUDIT_WHAT__AUDIT_NOT_IN_FORCE, "likewise");
_Static_assert((int)AUDIT_FROM_PUBLIC == (int)PINGAN__V1__AUDIT_FROM__FROM_PUBLIC, "likewise");

const char *audit_what_name(enum audit_what what)
{
	return what < AUDIT_WHAT_COUNT ? NAMES[what] : NAMES[AUDIT_NONE];
}

enum audit_what audit_what_by_name(const char *name)
{
	for (int i = 1; i < AUDIT_WHAT_COUNT; i++)
		if (strcmp(NAMES[i], name) == 0)
			return (enum audit_what)i;
	return AUDIT_NONE;
}

/* "claimed" of "LINE_CLAIMED". */
static void name_of(const ProtobufCEnumDescriptor *of, uint32_t value, const char *before, char ret[40])
{
	const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(of, (int)value);
	size_t n = 0;

	ret[0] = '\0';
	if (v == NULL || value == 0)
		return;
	for (const char *at = v->name + strlen(before); *at != '\0' && n < 39; at++)
		ret[n++] = (char)tolower((unsigned char)*at);
	ret[n] = '\0';
}

void audit_line_name(uint32_t code, char ret[40])
{
	name_of(&pingan__v1__line_code__descriptor, code, "LINE_", ret);
}

void audit_device_name(uint32_t change, char ret[40])
{
	name_of(&pingan__v1__device_change__descriptor, change, "DEVICE_", ret);
}

void audit_roster_name(uint32_t change, char ret[40])
{
	name_of(&pingan__v1__roster_change__descriptor, change, "ROSTER_", ret);
}

enum audit_from audit_from_address(const char *address)
{
	static const char *const machine[] = {"127.", "::1", "::ffff:127.", "unix"};
	static const char *const private_net[] = {"10.", "192.168.", "169.254.", "fc", "fd", "FC", "FD", "fe80:", "FE80:"};
	const char *at = strncmp(address, "::ffff:", 7) == 0 ? address + 7 : address;
	long second;
	char *end;

	if (at[0] == '\0')
		return AUDIT_FROM_MACHINE;
	for (size_t i = 0; i < COUNT_OF(machine); i++)
		if (strncmp(address, machine[i], strlen(machine[i])) == 0)
			return AUDIT_FROM_MACHINE;
	for (size_t i = 0; i < COUNT_OF(private_net); i++)
		if (strncmp(at, private_net[i], strlen(private_net[i])) == 0)
			return AUDIT_FROM_PRIVATE;
	/* 172.16.0.0/12 */
	if (strncmp(at, "172.", 4) != 0)
		return AUDIT_FROM_PUBLIC;
	second = strtol(at + 4, &end, 10);
	return *end == '.' && second >= 16 && second <= 31 ? AUDIT_FROM_PRIVATE : AUDIT_FROM_PUBLIC;
}

/* ------------------------------------------------------------ bytes */

void audit_field(struct audit *a, const char *name)
{
	for (uint32_t i = 0; i < a->field_count; i++)
		if (strcmp(a->fields[i], name) == 0)
			return;
	if (a->field_count == AUDIT_FIELDS_MAX) {
		snprintf(a->fields[AUDIT_FIELDS_MAX - 1], AUDIT_FIELD_MAX, "...");
		return;
	}
	snprintf(a->fields[a->field_count++], AUDIT_FIELD_MAX, "%s", name);
}

static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void seal_out(const struct audit_seal *from, Pingan__V1__AuditSeal *to)
{
	pingan__v1__audit_seal__init(to);
	to->entry = from->entry;
	to->hash = text_of(from->hash);
	to->at_ms = from->at_ms;
	to->key.data = (uint8_t *)(uintptr_t)from->key;
	to->key.len = sizeof from->key;
	to->signature.data = (uint8_t *)(uintptr_t)from->signature;
	to->signature.len = sizeof from->signature;
}

static Pingan__V1__AuditRecord *record_out(const struct audit_record *from, Pingan__V1__AuditRecord *to)
{
	pingan__v1__audit_record__init(to);
	to->key = text_of(from->key);
	to->hash.data = (uint8_t *)(uintptr_t)from->hash;
	to->hash.len = from->gone ? 0 : sizeof from->hash;
	return to;
}

void audit_encode(const struct audit *a, struct buf *ret)
{
	Pingan__V1__AuditEntry m = PINGAN__V1__AUDIT_ENTRY__INIT;
	static char MORE[] = "...";
	Pingan__V1__AuditSeal seal;
	Pingan__V1__AuditRecord records[AUDIT_RECORDS_MAX], *list[AUDIT_RECORDS_MAX];
	char *fields[AUDIT_FIELDS_MAX];
	uint8_t *room;
	size_t len;

	m.what = (Pingan__V1__AuditWhat)a->what;
	m.who = text_of(a->who);
	m.role = (Pingan__V1__Role)a->role;
	m.from = (Pingan__V1__AuditFrom)a->from;
	m.daemon = text_of(a->daemon);
	m.record = text_of(a->record);
	m.household = text_of(a->household);
	m.device = text_of(a->device);
	m.incident = a->incident;
	m.subject = text_of(a->subject);
	m.line = (Pingan__V1__LineCode)a->line;
	m.device_change = (Pingan__V1__DeviceChange)a->device_change;
	m.roster_change = (Pingan__V1__RosterChange)a->roster_change;
	m.request = a->request;
	m.cmd = a->cmd;
	m.number = a->number;
	m.count = a->count;
	for (uint32_t i = 0; i < a->field_count; i++)
		fields[i] = text_of(a->fields[i]);
	m.fields = fields;
	m.n_fields = a->field_count;
	m.words.data = (uint8_t *)(uintptr_t)a->words;
	m.words.len = a->words_len;
	m.note = text_of(a->note);
	if (a->seal.entry != 0) {
		seal_out(&a->seal, &seal);
		m.seal = &seal;
	}
	while ((len = pingan__v1__audit_entry__get_packed_size(&m)) > AUDIT_PART_MAX && m.n_fields > 1) {
		m.n_fields--;
		fields[m.n_fields - 1] = MORE;
	}
	ENSURE(len <= AUDIT_PART_MAX); /* all else together stays below it; a test fills one */
	for (uint32_t i = 0; i < a->record_count; i++)
		list[i] = record_out(&a->records[i], &records[i]);
	m.records = list;
	m.n_records = a->record_count;
	len = pingan__v1__audit_entry__get_packed_size(&m);
	ENSURE(len <= AUDIT_MAX);
	room = buf_room(ret, len);
	if (room != NULL)
		pingan__v1__audit_entry__pack(&m, room);
}

static bool take(char *ret, size_t size, const char *from)
{
	return text_copy(ret, size, slice_str(from));
}

static bool seal_take(const Pingan__V1__AuditSeal *m, struct audit_seal *ret)
{
	if (m == NULL)
		return true;
	if (m->entry == 0 || m->key.len != sizeof ret->key || m->signature.len != sizeof ret->signature ||
	    strlen(m->hash) != AUDIT_HASH_SIZE - 1 || strspn(m->hash, "0123456789abcdef") != AUDIT_HASH_SIZE - 1)
		return false;
	ret->entry = m->entry;
	ret->at_ms = m->at_ms;
	memcpy(ret->key, m->key.data, sizeof ret->key);
	memcpy(ret->signature, m->signature.data, sizeof ret->signature);
	return take(ret->hash, sizeof ret->hash, m->hash);
}

static bool record_take(const Pingan__V1__AuditRecord *m, struct audit_record *ret)
{
	if (m->key[0] == '\0' || (m->hash.len != 0 && m->hash.len != sizeof ret->hash))
		return false;
	ret->gone = m->hash.len == 0;
	if (!ret->gone)
		memcpy(ret->hash, m->hash.data, sizeof ret->hash);
	return take(ret->key, sizeof ret->key, m->key);
}

/* Without its records, which are put behind it, an entry is small. */
static bool part_fits(const Pingan__V1__AuditEntry *m)
{
	Pingan__V1__AuditEntry part = *m;

	part.n_records = 0;
	return pingan__v1__audit_entry__get_packed_size(&part) <= AUDIT_PART_MAX;
}

bool audit_decode(struct slice body, struct arena *scratch, struct audit *ret)
{
	const Pingan__V1__AuditEntry *m;

	memset(ret, 0, sizeof *ret);
	if (body.len > AUDIT_MAX)
		return false;
	m = pingan__v1__audit_entry__unpack(&scratch->allocator, body.len, body.at);
	if (m == NULL || (int)m->what <= 0 || (int)m->what >= AUDIT_WHAT_COUNT || (int)m->from < 0 ||
	    (int)m->from >= AUDIT_FROM_COUNT || m->n_fields > AUDIT_FIELDS_MAX || m->words.len > sizeof ret->words ||
	    m->n_records > AUDIT_RECORDS_MAX || !part_fits(m))
		return false;
	ret->what = (enum audit_what)m->what;
	ret->from = (enum audit_from)m->from;
	ret->role = (uint32_t)m->role;
	ret->incident = m->incident;
	ret->line = (uint32_t)m->line;
	ret->device_change = (uint32_t)m->device_change;
	ret->roster_change = (uint32_t)m->roster_change;
	ret->request = m->request;
	ret->cmd = m->cmd;
	ret->number = m->number;
	ret->count = m->count;
	ret->words_len = (uint16_t)m->words.len;
	if (m->words.len != 0)
		memcpy(ret->words, m->words.data, m->words.len);
	for (size_t i = 0; i < m->n_fields; i++)
		if (!take(ret->fields[ret->field_count++], AUDIT_FIELD_MAX, m->fields[i]))
			return false;
	for (size_t i = 0; i < m->n_records; i++)
		if (!record_take(m->records[i], &ret->records[ret->record_count++]))
			return false;
	return take(ret->who, sizeof ret->who, m->who) && take(ret->daemon, sizeof ret->daemon, m->daemon) &&
	       take(ret->record, sizeof ret->record, m->record) &&
	       take(ret->household, sizeof ret->household, m->household) &&
	       take(ret->device, sizeof ret->device, m->device) && take(ret->subject, sizeof ret->subject, m->subject) &&
	       take(ret->note, sizeof ret->note, m->note) && seal_take(m->seal, &ret->seal);
}

size_t audit_seal_text(const char *cell, const struct audit_seal *seal, bool trim, char *ret, size_t size)
{
	int n = snprintf(ret, size, "pingan %s 1\n%s\n%" PRIu64 "\n%s\n%" PRId64 "\n", trim ? "trim" : "audit", cell,
	                 seal->entry, seal->hash, (int64_t)seal->at_ms);

	ENSURE(n > 0 && (size_t)n < size);
	return (size_t)n;
}
