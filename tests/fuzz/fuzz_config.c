/* Configuration and policy files of any bytes: read or refused with one line, never more; and what was read holds what a
 * configuration must hold. */
#include <stdlib.h>
#include <string.h>

#include "io/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config c;
	char why[CONFIG_WHY_MAX] = "";
	struct policy policy;

	if (config_parse(slice_of(data, size), false, &c, why)) {
		if (c.cell[0] == '\0' || (!c.serve_devices && !c.serve_screens))
			abort();
		if (c.listen.web.address.kind == ADDRESS_TCP && !c.listen.web.tls && !c.listen.web.address.local)
			abort();
		if (c.listen.admin.address.kind == ADDRESS_TCP && !c.listen.admin.address.local)
			abort();
		if (c.heartbeat_s < 10 || c.limits.web <= c.limits.screens)
			abort();
		if (policy_check(&c.policy) != NULL)
			abort();
	} else if (why[0] == '\0' || memchr(why, '\0', sizeof why) == NULL || strchr(why, '\n') != NULL) {
		abort();
	}
	why[0] = '\0';
	if (policy_parse(slice_of(data, size), &policy, why)) {
		if (policy_check(&policy) != NULL)
			abort();
	} else if (why[0] == '\0') {
		abort();
	}
	return 0;
}
