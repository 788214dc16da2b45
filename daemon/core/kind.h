/* kind.h - kinds of alarm, classes of incident, and the table between them.
 *
 * Owns:  what each kind means for urgency, silence and storms. Values equal proto/pingan/v1/common.proto; a test proves it.
 * Knows: nothing else.
 */
#ifndef CORE_KIND_H
#define CORE_KIND_H

#include <stdbool.h>

enum kind {
	KIND_NONE,
	KIND_SOS,
	KIND_PANIC,
	KIND_FALL,
	KIND_DURESS,
	KIND_FIRE,
	KIND_SMOKE,
	KIND_HEAT,
	KIND_GAS,
	KIND_CO,
	KIND_WATER,
	KIND_INACTIVITY,
	KIND_MISSED_OK,
	KIND_WANDER,
	KIND_UNKNOWN,
	KIND_SERVICE,
	KIND_FOLLOW_UP,
	KIND_POWER,
	KIND_BATTERY,
	KIND_TAMPER,
	KIND_LINK,
	KIND_PENDANT_LOST,
	KIND_TEST,
	KIND_REPAIR,      /* a unit must be mended or exchanged */
	KIND_COMMISSION,  /* a unit is to be put into service */
	KIND_MISSED_TEST, /* the button has not been tried end to end for too long */
	KIND_COUNT
};

enum incident_class { CLASS_NONE, CLASS_LIFE, CLASS_WELFARE, CLASS_GENERAL, CLASS_DEVICE, CLASS_COUNT };

enum protocol {
	PROTOCOL_NONE,
	PROTOCOL_NATIVE,
	PROTOCOL_DC09,
	PROTOCOL_WATCH,
	PROTOCOL_WEBHOOK,
	PROTOCOL_MANUAL,
	PROTOCOL_COUNT
};

/* What a device is told of its alarm. */
enum step { STEP_NONE, STEP_STORED, STEP_ANSWERED, STEP_HELP_ON_THE_WAY, STEP_ARRIVED, STEP_CLOSED, STEP_COUNT };

/* CLASS_NONE for kinds that are recorded and never queued (test). Values out of range count as KIND_UNKNOWN. */
enum incident_class kind_class(enum kind kind);

/* True if `a` is more urgent than `b`; CLASS_NONE is the least. */
bool class_above(enum incident_class a, enum incident_class b);

/* Duress: nothing at the home may speak, nobody calls back. */
bool kind_silent(enum kind kind);

/* Short lower-case name for logs and command lines: "sos", "pendant_lost". Never NULL. */
const char *kind_name(enum kind kind);

/* KIND_NONE when no kind has this name. */
enum kind kind_by_name(const char *name);

#endif
