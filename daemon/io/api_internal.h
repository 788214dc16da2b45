/* api_internal.h - what api_begin.c and api_call.c share. */
#ifndef IO_API_INTERNAL_H
#define IO_API_INTERNAL_H

#include "io/api.h"

#define API_RATES 128

/* How much one token or person has asked of late. */
struct api_rate {
	char id[ID_MAX];
	int64_t left_milli; /* requests, by a thousand */
	mono_t at;
};

struct api {
	struct web *web;
	struct event *turn;
	int64_t slice_until_ns;
	TAILQ_HEAD(, api_call) calls;
	TAILQ_HEAD(, api_call) work; /* whose steps are to be called, in turns */
	size_t call_count;
	uint64_t edits; /* asked so far: each has its number as tag */
	struct api_rate rates[API_RATES];
};

void api_on_turn(evutil_socket_t fd, short what, void *arg);

#endif
