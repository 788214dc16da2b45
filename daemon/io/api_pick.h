/* api_pick.h - a list of homes of which something is known exactly, out of the index of app/find.h. */
#ifndef IO_API_PICK_H
#define IO_API_PICK_H

#include "app/find_pick.h"
#include "io/api.h"

/* As api_list_begin(). */
void api_pick_begin(struct api_call *c, const struct api_list *of, const struct home_wanted *wanted);

#endif
