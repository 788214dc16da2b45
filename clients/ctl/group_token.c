#include "command.h"

static int do_add(struct cell *cell, const struct options *o)
{
	return token_add(cell, o->args[0], &o->token, o->json);
}

static int do_list(struct cell *cell, const struct options *o)
{
	return token_list(cell, o->json);
}

static int do_revoke(struct cell *cell, const struct options *o)
{
	return token_revoke(cell, o->args[0]);
}

static int do_roles(struct cell *cell, const struct options *o)
{
	(void)cell;
	return role_list(o->json);
}

static const struct command COMMANDS[] = {
	{"token add", "NAME", "another system may use the API; prints its token, this once", "scope area days json", do_add,
     "token add hospital --scope homes:read,incidents:read --area 440103 --days 90", NEEDS_CELL},
	{"token list", "", "tokens: what they may, until when, when last used", "json", do_list, "token list", NEEDS_CELL},
	{"token revoke", "ID", "opens nothing any more, everywhere", "", do_revoke, "token revoke 7c21f0aa", NEEDS_CELL},
	{"role list", "", "roles, and what each may ask the API for", "json", do_roles, "role list", NEEDS_NOTHING},
};

static const struct option_row OPTIONS[] = {
	{"scope", "NAMES", NULL, TEXT(token.scopes),
     "what it may: homes:read, statistics:read, ... (role list names them)"},
	{"area", "CODES", NULL, TEXT(token.areas), "where; each covers what lies below it"},
	{"days", "N", NULL, U32(token.days, 1, TOKEN_DAYS_MAX), "good for so long, 366 at most (90)"},
	JSON_ROW,
};

const struct group GROUP_TOKEN = {"Other systems", NULL, COMMANDS, COUNT_OF(COMMANDS), OPTIONS, COUNT_OF(OPTIONS)};
