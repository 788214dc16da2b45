/* duty_groups.h - who is on duty, by the areas that they have; and how many of them could go to somebody that calls for help, and are
 * free.
 *
 * Owns:   the groups: everybody on duty with the same areas is in one.
 * Knows:  members of the roster, and no record.
 * Result: counted when a member changes, so that whoever wants the figures walks some hundred groups and not 8,000 people.
 * Bounds: as many groups as there are different lists of areas among those on duty; the last to leave takes the group along.
 */
#ifndef APP_DUTY_GROUPS_H
#define APP_DUTY_GROUPS_H

#include "app/roster.h"

#define DUTY_GROUP_KEY_MAX (RIGHTS_AREAS_MAX * 16 + 1) /* each area with a comma behind it */

struct duty_group {
	char key[DUTY_GROUP_KEY_MAX];
	struct rights rights; /* of one of them: whose areas are all of theirs */
	TAILQ_HEAD(, member) members;
	uint32_t on_duty, free; /* of those who care */
};

/* The member is in the group that it belongs into now, if in any. False without memory. */
bool duty_group_place(struct table *groups, struct member *m) MUST_USE;
void duty_groups_free(struct table *groups);

#endif
