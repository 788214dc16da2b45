#include "command.h"
#include "session.h"

static int do_init(struct cell *cell, const struct options *o)
{
	/* The key first: from the first administrator on everything can be sealed. */
	if (o->config != NULL && audit_key_wanted(o->config) && audit_key_ensure(o->config) != 0)
		return 1;
	return user_init(cell, o->args[0], &o->user);
}

static int do_add(struct cell *cell, const struct options *o)
{
	return user_add(cell, o->args[0], &o->user);
}

static int do_set(struct cell *cell, const struct options *o)
{
	return user_set(cell, o->args[0], &o->user);
}

static int do_password(struct cell *cell, const struct options *o)
{
	return user_password(cell, o->args[0], &o->user);
}

static int do_disable(struct cell *cell, const struct options *o)
{
	return user_disable(cell, o->args[0]);
}

static int do_enable(struct cell *cell, const struct options *o)
{
	return user_enable(cell, o->args[0]);
}

static int do_list(struct cell *cell, const struct options *o)
{
	return user_list(cell, o->json);
}

static int do_show(struct cell *cell, const struct options *o)
{
	return user_show(cell, o->args[0], o->json);
}

static int do_sessions(struct cell *cell, const struct options *o)
{
	return user_sessions(cell, o->args[0], o->json);
}

static int do_logout(struct cell *cell, const struct options *o)
{
	return user_logout(cell, o->args[0]);
}

static int do_totp(struct cell *cell, const struct options *o)
{
	return user_second(cell, o->args[0], false, o->json);
}

static int do_totp_off(struct cell *cell, const struct options *o)
{
	return user_second(cell, o->args[0], true, o->json);
}

static int do_session_list(struct cell *cell, const struct options *o)
{
	return session_list(cell, NULL, o->json);
}

static int do_session_end(struct cell *cell, const struct options *o)
{
	return session_end(cell, o->args[0]);
}

static const struct command COMMANDS[] = {
	{"init", "ACCOUNT", "the first administrator of a new cell; prints the password, this once",
     "name role area phone language password-file", do_init, "init admin --name 陈管理 --area 4401", NEEDS_CELL},
	{"user list", "", "people who may log in", "json", do_list,
     "user list\n"
     "user list --json",
     NEEDS_CELL},
	{"user show", "ACCOUNT", "one of them", "json", do_show, "user show li.na", NEEDS_CELL},
	{"user add", "ACCOUNT", "a new one; prints the password, this once",
     "name role area phone station language skill password-file", do_add,
     "user add li.na --name 李娜 --role operator --area 440106\n"
     "user add zhao.min --name 赵敏 --role caregiver --area 440103001 --skill care,nurse --language cmn,yue --phone "
     "13800000000",
     NEEDS_CELL},
	{"user set", "ACCOUNT", "another name, role, area, phone, station, language or skill", "name role area phone station language skill",
     do_set, "user set li.na --role supervisor --area 4401", NEEDS_CELL},
	{"user password", "ACCOUNT", "a new password, printed this once; ends every session", "password-file", do_password,
     "user password li.na", NEEDS_CELL},
	{"user disable", "ACCOUNT", "may not log in any more; ends every session", "", do_disable, "user disable li.na",
     NEEDS_CELL},
	{"user enable", "ACCOUNT", "may log in again", "", do_enable, "user enable li.na", NEEDS_CELL},
	{"user sessions", "ACCOUNT", "sessions that are open", "json", do_sessions, "user sessions li.na", NEEDS_CELL},
	{"user logout", "ACCOUNT", "ends every session, everywhere", "", do_logout, "user logout li.na", NEEDS_CELL},
	{"user totp", "ACCOUNT", "log-in asks for a code of an app; prints its QR code, this once", "json", do_totp,
     "user totp admin", NEEDS_CELL},
	{"user totp-off", "ACCOUNT", "log-in asks for no code any more", "json", do_totp_off, "user totp-off li.na",
     NEEDS_CELL},
	{"session list", "", "everybody who is logged in: since when, from where", "json", do_session_list, "session list",
     NEEDS_CELL},
	{"session end", "ID", "ends that session, everywhere", "", do_session_end, "session end 3f9a2c41", NEEDS_CELL},
};

static const struct option_row OPTIONS[] = {
	{"name", "NAME", NULL, TEXT(user.name), "as screens show it"},
	{"role", "ROLE", "operator supervisor caregiver technician administrator auditor wallboard", TEXT(user.role),
     "operator, supervisor, caregiver, technician, administrator, auditor, wallboard"},
	{"area", "CODES", NULL, TEXT(user.areas), "division codes, parted by commas; each covers what lies below it"},
	{"phone", "NUMBER", NULL, TEXT(user.phone), "where they are called"},
	{"station", "ID", NULL, TEXT(user.station), "where they are while on duty (pinganctl station list); \"\": nowhere"},
	{"language", "CODES", NULL, TEXT(user.languages), "cmn, yue, ...: what they speak"},
	{"skill", "NAMES", "care nurse technician", TEXT(user.skills), "care, nurse, technician"},
	{"password-file", "FILE", NULL, TEXT(user.password_file), "its first line, instead of a new password"},
	JSON_ROW,
};

const struct group GROUP_USER = {"People who log in", NULL, COMMANDS, COUNT_OF(COMMANDS), OPTIONS, COUNT_OF(OPTIONS)};
