/* token.h - what other systems show to use the API: made, listed, revoked; and which scopes there are.
 *
 * Result: a token is printed when it is made and never again; the cell keeps a hash. Revoked is revoked at once, everywhere.
 * Bounds: TOKEN_DAYS_MAX days; AREAS_MAX areas.
 */
#ifndef CTL_TOKEN_H
#define CTL_TOKEN_H

#include "cell.h"

#define TOKEN_DAYS 90
#define TOKEN_DAYS_MAX 366

struct token_options {
	const char *scopes; /* parted by commas */
	const char *areas;
	uint32_t days; /* 0 = TOKEN_DAYS */
};

/* Each 0, or 1 with one line on standard error. */
int token_add(struct cell *cell, const char *name, const struct token_options *o, bool json);
int token_list(struct cell *cell, bool json);
int token_revoke(struct cell *cell, const char *id);
/* Roles, and what each may ask the API for. */
int role_list(bool json);

#endif
