/* audit_ask.c - what an entry of the audit chain is about, for whoever asks for some of them. */
#include <inttypes.h>
#include <stdio.h>

#include "wire/audit.h"

bool audit_concerns(const struct audit *a, const char *id)
{
	const char *colon = strchr(a->record, ':');
	char incident[17];

	snprintf(incident, sizeof incident, "%016" PRIx64, a->incident);
	return strcmp(a->household, id) == 0 || strcmp(a->subject, id) == 0 || strcmp(a->device, id) == 0 ||
	       strcmp(a->who, id) == 0 || (a->incident != 0 && strcmp(incident, id) == 0) || strcmp(a->record, id) == 0 ||
	       (colon != NULL && strcmp(colon + 1, id) == 0);
}

void audit_detail(const struct audit *a, char ret[40])
{
	audit_line_name(a->line, ret);
	if (ret[0] == '\0')
		audit_device_name(a->device_change, ret);
	if (ret[0] == '\0')
		audit_roster_name(a->roster_change, ret);
}

bool audit_detail_known(const char *name)
{
	char text[40];

	for (uint32_t i = 1; i < 256; i++) {
		audit_line_name(i, text);
		if (strcmp(text, name) == 0)
			return true;
		audit_device_name(i, text);
		if (strcmp(text, name) == 0)
			return true;
		audit_roster_name(i, text);
		if (strcmp(text, name) == 0)
			return true;
	}
	return false;
}
