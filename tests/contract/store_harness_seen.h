/* store_harness_seen.h - the part of store_harness.h that hears of last-seen times: included there, behind struct client. */
#ifndef TESTS_STORE_HARNESS_SEEN_H
#define TESTS_STORE_HARNESS_SEEN_H

static inline void hear_seen_put(void *ctx, bool ok)
{
	struct client *c = ctx;

	assert_false(c->in_port);
	c->puts++;
	c->puts_refused += !ok;
}

static inline void hear_seen(void *ctx, const struct store_seen *list, size_t count)
{
	struct client *c = ctx;
	size_t len = 0;
	uint8_t *at;

	assert_false(c->in_port);
	c->seens++;
	c->seen_count = count;
	c->seen = realloc(c->seen, (count + 1) * sizeof *c->seen);
	for (size_t i = 0; i < count; i++)
		len += list[i].vitals.len;
	c->seen_bytes = at = realloc(c->seen_bytes, len + 1);
	assert_true(c->seen != NULL && at != NULL);
	for (size_t i = 0; i < count; i++) {
		c->seen[i] = list[i];
		c->seen[i].vitals = taken(&at, list[i].vitals);
	}
}

/* ------------------------------------------------------------ running */

#endif
