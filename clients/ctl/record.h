/* record.h - homes, residents, contacts, areas and stations, one at a time: shown, listed, made, corrected.
 *
 * Owns:   the commands `home`, `resident`, `contact`, `area` and `station`.
 * Knows:  columns by the names that tables have (table_kind.h), and the one judge of what a record may say (wire/registry.h).
 * Result: what is written names who did it and which fields in the log, never what they say; so does a look at what is
 *         private. Somebody else who was faster is a refusal, and nothing is written.
 */
#ifndef CTL_RECORD_H
#define CTL_RECORD_H

#include "cell.h"

struct record_options {
	bool json, with_private;
	const char *areas; /* list: of these alone; NULL = all */
};

/* `command`: "home set". `args`: what follows; of set and add FIELD=VALUE at the end. 0, or 1 with one line on standard
 * error for each thing that is wrong; 2 when it was not understood. */
int record_run(struct cell *cell, const char *command, char *const *args, int arg_count,
               const struct record_options *o);

/* Their rows in the table of commands: words, what they do, and how many arguments follow. */
#define RECORD_COMMANDS(run, more)                                                                                 \
	{"home list", "homes, or those of --area: where, how many live there", run, 0},                                \
		{"home show", "ID: one of them; on record who looks (--with-private: access, health)", run, 1},            \
		{"home add", "ID FIELD=VALUE...: a new one, with a key of its own", run, (more) + 1},                      \
		{"home set", "ID FIELD=VALUE...: corrects it", run, (more) + 1},                                           \
		{"resident show", "HOME: who lives there", run, 1},                                                        \
		{"resident add", "HOME RESIDENT FIELD=VALUE...: somebody moves in", run, (more) + 2},                      \
		{"resident set", "HOME RESIDENT FIELD=VALUE...: corrects what is said of them", run, (more) + 2},          \
		{"resident remove", "HOME RESIDENT: lives there no more", run, 2},                                         \
		{"contact show", "HOME: whom to call, in order", run, 1},                                                  \
		{"contact add", "HOME ORDER FIELD=VALUE...: one more", run, (more) + 2},                                   \
		{"contact set", "HOME ORDER FIELD=VALUE...: corrects it", run, (more) + 2},                                \
		{"contact remove", "HOME ORDER: is called no more", run, 2},                                               \
		{"area list", "areas, or those of --area: minutes to arrive, target, station, name", run, 0},              \
		{"area show", "CODE: one of them", run, 1},                                                                \
		{"area add", "CODE FIELD=VALUE...: a new one, below one that is there", run, (more) + 1},                  \
		{"area set", "CODE FIELD=VALUE...: corrects it", run, (more) + 1},                                         \
		{"area remove", "CODE: where no home, area or station lies", run, 1},                                      \
		{"station list", "care centres and other stations", run, 0}, {"station show", "ID: one of them", run, 1},  \
		{"station add", "ID FIELD=VALUE...: a new one", run, (more) + 1},                                          \
		{"station set", "ID FIELD=VALUE...: corrects it; closed=yes: nobody is sent from there", run, (more) + 1}, \
	{                                                                                                              \
		"station remove", "ID: that no home, care plan or area names", run, 1                                      \
	}

#endif
