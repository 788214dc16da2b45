/* api_body.h - members of a body that is no record of the registry, read one by one.
 *
 * Result: what is wrong is a fault with its path: `at` is that of the object, "" or "absences[2]".
 */
#ifndef IO_API_BODY_H
#define IO_API_BODY_H

#include "io/api_internal.h"

void body_fault(struct api_call *c, const char *at, const char *name, const char *reason);
/* "" when it is not there. Lives as long as the body. */
const char *body_text(struct api_call *c, const json_t *json, const char *at, const char *name);
/* 0 when it is not there. */
uint32_t body_number(struct api_call *c, const json_t *json, const char *at, const char *name, uint32_t min,
                     uint32_t max);
/* 0 when it is not there; `wanted`: that is a fault. */
ms_t body_time(struct api_call *c, const json_t *json, const char *at, const char *name, bool wanted);
/* A list of `max` at most; NULL with a fault. */
const json_t *body_list(struct api_call *c, const json_t *json, const char *at, const char *name, size_t max);
/* There are no other members than these. */
void body_known(struct api_call *c, const json_t *json, const char *at, const char *const *names, size_t count);

#endif
