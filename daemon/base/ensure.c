#include "base/ensure.h"

#include <stdio.h>
#include <stdlib.h>

void ensure_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "ev=INVARIANT_BROKEN file=%s line=%d cond=\"%s\"\n", file, line, cond);
	abort();
}
