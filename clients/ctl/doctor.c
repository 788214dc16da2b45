#include "doctor.h"

#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const FINDINGS[] = {"ok", "warning", "wrong"};

/* In the order in which they are looked at. */
const struct doctor_check DOCTOR_CHECKS[] = {
	{"configuration", "the file is readable, and valid with all that it names"},
	{"configuration mode", "nobody else may change it"},
	{"demo", "it is not in demo mode"},
	{"policy", "the escalation plan's file is there, nobody else may change it"},
	{"codes", "the table of panels' codes likewise"},
	{"vendors", "the vendors' file is valid, their secrets are readable, nobody else reads it"},
	{"redis password", "its file is there, nobody else reads it"},
	{"web pages", "the pages of console and phone are there"},
	{"tls web", "certificate and key belong together and hold for some weeks"},
	{"tls devices", "likewise"},
	{"tls webhook", "likewise"},
	{"tls key", "nobody else reads a private key"},
	{"audit key", "what seals the record of who did what is there"},
	{"snapshot", "whole, and not old"},
	{"authd", "the password helper answers"},
	{"descriptors", "the daemon may open as many files as its limits need"},
	{"journal", "what the daemons log outlives a restart of the machine"},
	{"overcommit", "Redis can fork to rewrite its file"},
	{"backup", "there is a copy of Redis' files, and it is young"},
	{"redis", "it answers and lets us in"},
	{"redis access", "nobody else on the machine or network gets in"},
	{"durable", "every write is on disk before it is answered"},
	{"disk writes", "the last write to disk went well"},
	{"rewrite", "the last rewrite of the append-only file went well"},
	{"eviction", "full memory throws no record away"},
	{"memory", "there is room below maxmemory, or in the machine"},
	{"primary", "this Redis is no replica"},
	{"copies", "as many replicas as the configuration wants"},
	{"function", "the commit function is there, in our version"},
	{"disk", "room on Redis' disk"},
	{"marker", "the marker that keeps Redis from starting empty"},
	{"clock", "Redis' clock is this machine's, and has not stepped back"},
	{"daemon", "each daemon that was there lately proves that it lives"},
	{"daemons", "two at least"},
	{"audit chain", "what is done is sealed soon after"},
	{"registry", "it can be read"},
	{"administrator", "somebody may log in and change things"},
	{"supervisors", "somebody approves, and is called when nobody reacts"},
	{"operators", "somebody answers calls"},
	{"caregivers", "somebody goes to homes"},
	{"passwords", "who may log in has a password"},
	{"demo accounts", "none of the demo's accounts, whose password everybody knows"},
	{"tokens", "none of another system ends within two weeks, or has just ended"},
	{"cover", "homes lie in areas to which somebody goes"},
	{"roster cover", "homes lie in areas with a roster, of their own or above"},
	{"areas", "each sub-district has a station"},
	{"arrival", "each sub-district has a time to arrive"},
	{"devices", "each lies in a home"},
	{"homes", "each has a device"},
	{"contacts", "each home has somebody to call"},
	{"units", "each was tried by a real press"},
	{"rosters", "no gap in the days to come"},
	{"records", "all are readable"},
};
const size_t DOCTOR_CHECK_COUNT = COUNT_OF(DOCTOR_CHECKS);

static bool is_check(const char *name)
{
	for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
		if (strcmp(DOCTOR_CHECKS[i].name, name) == 0)
			return true;
	return false;
}

void examples_add(struct examples *e, const char *id)
{
	size_t len = strlen(e->text);

	if (e->count++ < DOCTOR_EXAMPLES_MAX)
		snprintf(e->text + len, sizeof e->text - len, "%s%.*s", len == 0 ? "" : ", ", ID_MAX - 1, id);
	else if (e->count == DOCTOR_EXAMPLES_MAX + 1)
		snprintf(e->text + len, sizeof e->text - len, " ...");
}

void doctor_say(struct doctor *d, enum finding finding, const char *check, const char *mend, const char *fmt, ...)
{
	char found[512];
	va_list args;

	ENSURE(is_check(check));
	va_start(args, fmt);
	vsnprintf(found, sizeof found, fmt, args);
	va_end(args);
	d->warnings += finding == FINDING_WARNING;
	d->wrong += finding == FINDING_WRONG;
	if (finding == FINDING_OK)
		mend = "";
	if (d->o->json) {
		json_t *line = json_pack("{s:s, s:s, s:s, s:s}", "check", check, "finding", FINDINGS[finding], "found", found,
		                         "mend", mend);

		if (line == NULL || json_dumpf(line, stdout, JSON_COMPACT) != 0)
			printf("{\"check\":\"%s\",\"finding\":\"%s\"}", check, FINDINGS[finding]); /* bytes that are no text */
		putchar('\n');
		json_decref(line);
	} else {
		printf("%-8s %-20s %s\n", FINDINGS[finding], check, found);
		if (mend[0] != '\0')
			printf("%-8s %-20s -> %s\n", "", "", mend);
	}
	fflush(stdout);
}

static bool configuration(struct doctor *d)
{
	char why[CONFIG_WHY_MAX];

	config_preset(d->config);
	if (d->o->config == NULL) {
		doctor_say(d, FINDING_WARNING, "configuration", "run it with --config FILE on each machine of the cell",
		           "not looked at, nor anything that it names");
		return true;
	}
	if (!config_load(d->o->config, d->config, why)) {
		doctor_say(d, FINDING_WRONG, "configuration", "mend that line; pingand --check-config FILE looks at it again",
		           "%s", why);
		return false;
	}
	doctor_say(d, FINDING_OK, "configuration", "", "%s is readable and valid", d->o->config);
	return true;
}

static int list(bool json)
{
	for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
		printf(json ? "{\"check\":\"%s\",\"about\":\"%s\"}\n" : "%-20s %s\n", DOCTOR_CHECKS[i].name,
		       DOCTOR_CHECKS[i].about);
	return 0;
}

int doctor_run(const struct doctor_options *o)
{
	char why[CELL_TROUBLE_MAX];
	struct doctor *d;
	int failed;

	if (o->list)
		return list(o->json);
	d = calloc(1, sizeof *d);
	ENSURE(d != NULL);
	d->o = o;
	d->config = calloc(1, sizeof *d->config);
	ENSURE(d->config != NULL);
	if (configuration(d)) {
		if (o->config != NULL)
			doctor_machine(d);
		doctor_host(d);
		if (!cell_reach(&d->cell, o->config, o->redis, o->cell)) {
			doctor_say(d, FINDING_WRONG, "redis",
			           "systemctl status pingan-redis; look at redis.socket or redis.address, redis.user and "
			           "redis.password_file",
			           "it does not answer, or refuses us");
		} else if (!cell_ping(&d->cell, why)) {
			doctor_say(d, FINDING_WRONG, "redis", "systemctl status pingan-redis, and its log", "%s: %s",
			           cell_where(&d->cell), why);
		} else {
			doctor_redis(d);
			doctor_registry(d);
		}
	}
	cell_close(&d->cell);
	if (!o->json)
		printf("%u wrong, %u warnings\n", d->wrong, d->warnings);
	failed = d->wrong != 0;
	sodium_memzero(d->config->redis.password, sizeof d->config->redis.password);
	free(d->config);
	free(d);
	return failed;
}
