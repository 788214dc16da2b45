/* api_spec.c - docs/openapi.yaml, as it was when this program was built. */
#include <stdio.h>

#include "io/api.h"

extern const unsigned char OPENAPI[];
extern const size_t OPENAPI_LEN;
extern const char OPENAPI_SUM[];

void api_spec_get(struct api_call *c)
{
	snprintf(c->tag, sizeof c->tag, "\"%s\"", OPENAPI_SUM);
	api_say(c, "application/yaml", slice_of(OPENAPI, OPENAPI_LEN));
}
