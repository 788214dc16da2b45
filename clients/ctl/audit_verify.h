/* audit_verify.h - is the chain whole, and does every record stand as it says?
 *
 * Result: findings on standard output, an entry each.
 */
#ifndef CTL_AUDIT_VERIFY_H
#define CTL_AUDIT_VERIFY_H

#include "audit_keys.h"

#define AUDIT_SEGMENT "audit-" /* how the name of a sealed segment of the chain begins */

/* With what the command line knows of keys and seals. `json` stays borrowed. False without memory. */
bool audit_check_of(struct audit_check *c, struct audit_keys *k, bool *json) MUST_USE;

#endif
