/* disclose_table.h - how the tables of disclose.h are written down: each field of a message with the sort of data in it, in the
 * order of their numbers, so that the n-th of the descriptor is the n-th here.
 *
 *   disclose_screens.c   calls, jobs, units, people at work       disclose_registry.c   homes, areas, stations, rosters
 */
#ifndef APP_DISCLOSE_TABLE_H
#define APP_DISCLOSE_TABLE_H

#include <stddef.h>

#include "app/disclose.h"

struct field {
	uint16_t offset;
	uint8_t data;
};

struct told {
	const ProtobufCMessageDescriptor *message; /* NULL ends the list */
	const struct field *fields;
	size_t count;
};

#define F(type, member, sort)                             \
	{                                                     \
		offsetof(Pingan__V1__##type, member), DATA_##sort \
	}
#define TOLD(name, fields)                                          \
	{                                                               \
		&pingan__v1__##name##__descriptor, fields, COUNT_OF(fields) \
	}

extern const struct told DISCLOSE_SCREENS[], DISCLOSE_REGISTRY[];

#endif
