/* open_name.h - under which name an open call stands in the store, so that a home, an area or a carrier has one of them. */
#ifndef APP_OPEN_NAME_H
#define APP_OPEN_NAME_H

#include "app/store.h"
#include "core/incident.h"

/* "open:<household>", "open:area/<area>/<kind>", ... (docs/STORE.md). */
void incident_open_name(const struct incident *inc, char ret[STORE_KEY_MAX]);

#endif
