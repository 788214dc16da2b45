/* seen.c - what really happened, counted. */
#include "sim/seen.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/ensure.h"
#include "pingan/v1/common.pb-c.h"
#include "pingan/v1/console.pb-c.h"

#define LINE(name) PINGAN__V1__LINE_CODE__LINE_##name
#define RESULT(name) PINGAN__V1__RESULT__RESULT_##name
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t own[SEEN_MAX];
uint64_t *sim_seen_table = own;

static const char *const NAMES[SEEN_COUNT] = {
	[SEEN_DAEMON_CRASH] = "daemon dies",
	[SEEN_CRASH_BEFORE_ANSWER] = "daemon dies between its decision and the answer",
	[SEEN_DAEMON_STALL] = "daemon stands still",
	[SEEN_DAEMON_FROZEN] = "daemon is frozen for longer than its proof of life lasts",
	[SEEN_DAEMON_FROM_SNAPSHOT] = "daemon starts without a store, from its snapshot",
	[SEEN_STORE_AWAY] = "store goes away",
	[SEEN_STORE_CRASH] = "store dies",
	[SEEN_STORE_CRASH_LOSES] = "store dies and loses what nobody had heard of",
	[SEEN_STORE_CRASH_IN_COMMIT] = "store dies with a commit on its way",
	[SEEN_STORE_CUT_OFF] = "one daemon is cut off from the store",
	[SEEN_FAILOVER] = "replica is promoted",
	[SEEN_FAILOVER_LOSES] = "failover forgets the last writes",
	[SEEN_FAILOVER_LOSES_TOLD] = "failover forgets what had been told (two faults)",
	[SEEN_FAILOVER_CLOCK] = "the new primary's clock is another",
	[SEEN_OLD_PRIMARY] = "daemon stays on the cut-off primary",
	[SEEN_OLD_PRIMARY_COMMIT] = "daemon writes to the cut-off primary",
	[SEEN_ONE_COPY] = "replica stands still",
	[SEEN_STORE_FULL] = "store has no room to write",
	[SEEN_ANSWER_LOST] = "answer lost",
	[SEEN_ANSWER_LATE] = "answer late",
	[SEEN_ANSWER_TWICE] = "answer repeated",
	[SEEN_CALL_LOST] = "call lost",
	[SEEN_TAIL_LAG] = "log reaches a daemon late",
	[SEEN_PARTITION_HOME] = "home and daemon can't hear each other",
	[SEEN_PARTITION_PANEL] = "panel and daemon can't hear each other",
	[SEEN_PARTITION_DESK] = "console and daemon can't hear each other",
	[SEEN_PARTITION_PHONE] = "phone and daemon can't hear each other",
	[SEEN_HALF_OPEN] = "link dies and nobody is told",
	[SEEN_LINK_CUT] = "link breaks",
	[SEEN_CLOCK_JUMP_DAEMON] = "a daemon's clock jumps",
	[SEEN_CLOCK_JUMP_STORE] = "the store's clock jumps",
	[SEEN_CLOCK_DRIFT_DAEMON] = "a daemon's clock drifts",
	[SEEN_CLOCK_DRIFT_STORE] = "the store's clock drifts",
	[SEEN_SLOW_SCREEN] = "screen reads slowly",
	[SEEN_DEVICE_REBOOT] = "device restarts",
	[SEEN_DEVICE_ELSEWHERE] = "device pressed at one daemon, acknowledged by another",
	[SEEN_PANEL_ELSEWHERE] = "panel sent to one daemon, acknowledged by another",
	[SEEN_PANEL_REPLACED] = "panel replaced, its counter starts again",
	[SEEN_RESIDENT_CANCELS] = "resident presses cancel",
	[SEEN_SENSOR_RESTORES] = "sensor says its cause is gone",
	[SEEN_OPERATOR_SLEEPS] = "operator does not react",
	[SEEN_OPERATOR_RELOADS] = "operator reloads the page",
	[SEEN_OPERATOR_ELSEWHERE] = "console comes back at another daemon",
	[SEEN_OPERATOR_NOT_READY] = "operator is not ready",
	[SEEN_DOUBLE_CLICK] = "double click, two requests",
	[SEEN_SAME_REQUEST_AGAIN] = "double click, the same request again",
	[SEEN_CALLING_WITHOUT_STORE] = "I am calling, without a store",
	[SEEN_CAREGIVER_WALKS] = "caregiver walks out of coverage",
	[SEEN_CAREGIVER_OFFLINE_PROGRESS] = "caregiver goes on without coverage",
	[SEEN_CAREGIVER_IGNORES] = "caregiver sees an offer and does nothing",
	[SEEN_DUTY_OFF] = "caregiver goes off duty",
	[SEEN_DUTY_PROVED] = "test offer is answered",
	[SEEN_ABSENCE] = "absence is entered",
	[SEEN_EDIT_MADE] = "home is corrected",
	[SEEN_EDIT_CONFLICT] = "two correct one home at once, one is told",
	[SEEN_ERASED] = "home is erased",
	[SEEN_NOT_ERASED] = "home is not erased, a call is open",
	[SEEN_AREA_EDITED] = "area or station is corrected",
	[SEEN_SESSION_ENDED] = "session is ended from the office",
	[SEEN_SHUT_OUT] = "account is shut out",
	[SEEN_AREA_CHANGED] = "person is moved to another area",
	[SEEN_TABLE] = "table of homes is entered",
	[SEEN_DRAIN] = "daemon is told to leave",
	[SEEN_RETENTION] = "notes of an old call are taken out",
	[SEEN_RESUMED] = "console went on from where it was",
	[SEEN_LOST_CALL] = "told on coming back that a call is another's now",
};

/* Timeline lines that a whole run must have. Others are printed as not seen. */
static const uint32_t LINES[] = {
	LINE(ALARM),
	LINE(REPEAT),
	LINE(RESIDENT_CANCEL),
	LINE(RESTORE),
	LINE(RAISED),
	LINE(RESTORED),
	LINE(RUNG_OPERATORS),
	LINE(RUNG_NEIGHBOURS),
	LINE(RUNG_SUPERVISOR),
	LINE(STEP_SKIPPED),
	LINE(CLAIMED),
	LINE(RETURNED),
	LINE(CALLED),
	LINE(SPOKE_RESIDENT),
	LINE(NO_VOICE),
	LINE(NOTE),
	LINE(JOB),
	LINE(OFFERED),
	LINE(DISPATCHED_UNATTENDED),
	LINE(OFFER_DELIVERED),
	LINE(OFFER_SEEN),
	LINE(OFFER_ACCEPTED),
	LINE(OFFER_DECLINED),
	LINE(OFFER_EXPIRED),
	LINE(OFFER_WITHDRAWN),
	LINE(NEXT_WAVE),
	LINE(JOB_FAILED),
	LINE(DEPARTED),
	LINE(ARRIVED),
	LINE(DONE),
	LINE(GIVEN_BACK),
	LINE(JOB_CANCELLED),
	LINE(CONTACT_TOLD),
	LINE(CONTACTS_ASKED),
	LINE(OVERDUE_DEPARTURE),
	LINE(OVERDUE_ARRIVAL),
	LINE(DUTY_PHONES),
	LINE(REMINDER),
	LINE(CLOSED),
	LINE(CLOSE_ASKED),
	LINE(REOPENED),
	LINE(OPENED),
	LINE(UNKNOWN_CODE),
	LINE(TEST_PRESS),
	LINE(UNIT_SAYS),
	LINE(QUARANTINED),
	LINE(SEEN_NOT_IN_FORCE),
	LINE(DRILL),
	LINE(DRILL_ENDED),
};

static const uint32_t RESULTS[] = {
	RESULT(OK),           RESULT(LOST_RACE),          RESULT(NOT_OWNER),     RESULT(EXPIRED), RESULT(WRONG_STATE),
	RESULT(NO_STORE),     RESULT(NEEDS_SECOND),       RESULT(NEEDS_CONTACT), RESULT(BUSY),    RESULT(WITHDRAWN),
	RESULT(NEEDS_REASON), RESULT(NEEDS_CONFIRMATION), RESULT(CALL_FOR_HELP),
};

void sim_saw(enum sim_seen what)
{
	sim_seen_table[what]++;
}

void sim_saw_line(uint32_t code)
{
	if (code < SEEN_LINES)
		sim_seen_table[SEEN_COUNT + code]++;
}

void sim_saw_result(uint32_t result)
{
	if (result < SEEN_RESULTS)
		sim_seen_table[SEEN_COUNT + SEEN_LINES + result]++;
}

static bool among(const uint32_t *list, size_t count, uint32_t value)
{
	for (size_t i = 0; i < count; i++) {
		if (list[i] == value)
			return true;
	}
	return false;
}

static bool wanted(size_t i)
{
	if (i < SEEN_COUNT)
		return true;
	if (i < SEEN_COUNT + SEEN_LINES)
		return among(LINES, COUNT(LINES), (uint32_t)(i - SEEN_COUNT));
	return among(RESULTS, COUNT(RESULTS), (uint32_t)(i - SEEN_COUNT - SEEN_LINES));
}

/* "LINE_OFFER_SEEN" -> "line: offer seen". NULL: no such thing. */
static const char *name_of(size_t i, char ret[96])
{
	const ProtobufCEnumDescriptor *d = &pingan__v1__line_code__descriptor;
	const ProtobufCEnumValue *v;
	const char *kind = "line", *from;
	size_t at;

	if (i < SEEN_COUNT)
		return NAMES[i];
	i -= SEEN_COUNT;
	if (i >= SEEN_LINES) {
		i -= SEEN_LINES;
		d = &pingan__v1__result__descriptor;
		kind = "answer";
	}
	v = protobuf_c_enum_descriptor_get_value(d, (int)i);
	if (v == NULL || i == 0)
		return NULL;
	at = (size_t)snprintf(ret, 96, "%s: ", kind);
	from = strchr(v->name, '_') + 1;
	for (; *from != '\0' && at + 1 < 96; from++)
		ret[at++] = *from == '_' ? ' ' : (char)tolower((unsigned char)*from);
	ret[at] = '\0';
	return ret;
}

unsigned sim_seen_report(const uint64_t table[SEEN_MAX], bool whole)
{
	bool said[SEEN_MAX] = {false};
	unsigned missing = 0;
	char text[96];

	printf("what happened, most seldom first:\n");
	for (;;) {
		size_t least = SEEN_MAX;

		for (size_t i = 0; i < SEEN_MAX; i++) {
			if (!said[i] && table[i] != 0 && (least == SEEN_MAX || table[i] < table[least]))
				least = i;
		}
		if (least == SEEN_MAX)
			break;
		said[least] = true;
		printf("%10llu  %s\n", (unsigned long long)table[least],
		       name_of(least, text) == NULL ? "?" : name_of(least, text));
	}
	for (size_t i = 0; i < SEEN_MAX; i++) {
		const char *name = name_of(i, text);

		if (table[i] != 0 || name == NULL)
			continue;
		if (wanted(i))
			missing++;
		printf("%s  %s\n", wanted(i) && whole ? "     NEVER" : "         -", name);
	}
	return missing;
}
