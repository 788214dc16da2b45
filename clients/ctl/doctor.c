#include "doctor.h"

#include <jansson.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const FINDINGS[] = {"ok", "warning", "wrong"};

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

int doctor_run(const struct doctor_options *o)
{
	struct doctor *d = calloc(1, sizeof *d);
	int failed;

	ENSURE(d != NULL);
	d->o = o;
	d->config = calloc(1, sizeof *d->config);
	ENSURE(d->config != NULL);
	if (configuration(d)) {
		if (o->config != NULL)
			doctor_machine(d);
		if (cell_reach(&d->cell, o->config, o->redis, o->cell)) {
			doctor_redis(d);
			doctor_registry(d);
		} else {
			doctor_say(d, FINDING_WRONG, "redis",
			           "systemctl status pingan-redis; look at redis.socket or redis.address, redis.user and "
			           "redis.password_file",
			           "it does not answer, or refuses us");
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
