/* score.h - who stands before whom of the same age: a head start within the class, in seconds, with its reasons.
 *
 * Owns:  what a kind, a risk, a repeat, silence and a second sensor are worth. docs/decisions/0005-score.md says why so.
 * Knows: the record alone, no clock: the order of a queue changes only when a record does.
 * Bounds: SCORE_MAX_S. Who has waited longer than another by more than that stands before it, whatever the reasons:
 *         nobody starves. A head start never leaves the class.
 */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include "core/incident.h"

#define SCORE_MAX_S 600
#define RISK_MAX 255

/* Values equal ScoreWhy of common.proto; bits are 1 << value. */
enum score_why {
	SCORE_WHY_NONE,
	SCORE_WHY_KIND,
	SCORE_WHY_RISK,
	SCORE_WHY_REPEATS,
	SCORE_WHY_SILENCE,
	SCORE_WHY_SENSORS,
	SCORE_WHY_COUNT
};

/* Seconds of head start, 0 to SCORE_MAX_S. *ret_why, unless NULL, gets a bit for every reason that added some, and no other. */
uint32_t incident_score_s(const struct incident *inc, uint32_t *ret_why);

/* Points of a resident's risk flags ("alone", "heart", ...), 0 to RISK_MAX. A word that is not known counts too: somebody
 * thought it worth writing down. */
uint32_t score_risk(char *const *flags, size_t count);

#endif
