/* rights_api.h - who may do what by the API: by role for a person who has logged in, by its own scopes for a token.
 *
 * Owns:   the table of roles and scopes. rights.c is the same for screens.
 * Knows:  no path: io/api.c names the scope that each path asks for.
 * Result: a token has what its role has and what it was given, whichever is less: a token of a machine was given all it has.
 */
#ifndef APP_RIGHTS_API_H
#define APP_RIGHTS_API_H

#include "app/app.h"
#include "core/scope.h"

/* Bits of what this role may do at most. */
uint64_t rights_api_scopes(enum role role);
/* `given`: bits of the token's scopes; a session has no token, and all bits. */
bool rights_api_may(enum role role, uint64_t given, enum scope scope) MUST_USE;

#endif
