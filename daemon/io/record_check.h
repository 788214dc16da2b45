/* record_check.h - does every record stand as chain and log say it was last written?
 *
 * Owns:   of each record the last word about it: of which entry, commit and hash; what is wrong, said record by record.
 * Knows:  no connection and no file: it is fed what stands in them, in any order, and judges what stands in Redis.
 * Result: a body or revision that somebody overwrote, an older one put back, two records swapped, one put in or taken away by
 *         hand each is a finding. What was written before there were hashes, or before all that is left, is counted as such.
 * Bounds: RECORD_CHECK_MAX records at a time, 56 bytes a place, half of the places free; more are looked at in parts, by a
 *         hash of their key.
 *         Of hashes 16 bytes are kept.
 */
#ifndef IO_RECORD_CHECK_H
#define IO_RECORD_CHECK_H

#include "io/audit_check.h"

#define RECORD_CHECK_MAX 2000000

/* Who said how a record stands. */
enum record_by { RECORD_BY_LOG, RECORD_BY_CHAIN, RECORD_BY_POINT, RECORD_BY_COUNT };

enum record_is {
	RECORD_GOOD,
	RECORD_BEFORE, /* nothing that is left tells of it */
	RECORD_WRONG   /* or it has just been changed */
};

struct record_word {
	uint64_t key; /* hash of it */
	uint64_t entry;
	uint64_t commit; /* 0 = not known */
	uint64_t rev;    /* 0 = not known */
	uint8_t hash[16];
	uint8_t how; /* 0 = free place */
	uint8_t by;
	bool seen;  /* it stands there */
	bool asked; /* whether it does is being found out */
	bool alone; /* nobody but people writes it: the chain tells all of it */
};

struct record_check {
	/* filled in before: */
	struct audit_check *check; /* is told what is wrong; borrowed */
	uint64_t secret[2];        /* random: nobody chooses keys that meet */
	uint32_t part, parts;      /* which of them: 0 of 1 = all */
	uint64_t from;             /* what machines wrote before this entry of the log is forgotten; 0 = nothing is */
	bool complete;             /* all that was ever written is told of: a record of which nothing is known was put in */
	/* what came of it: */
	uint64_t good[RECORD_BY_COUNT];
	uint64_t unbound; /* written before there were hashes: their commit was looked at, not their body */
	uint64_t before;
	bool no_memory;
	/* its own: */
	struct record_word *words; /* owned */
	size_t size, used;
};

/* No machine writes these, ever, and audit verify demands somebody behind each change of them. */
bool record_by_people_alone(const char *key);

void record_check_begin(struct record_check *rc);
/* The next part: what was found stays. */
void record_check_next(struct record_check *rc);
void record_check_free(struct record_check *rc);

/* What they say. */
void record_check_chain(struct record_check *rc, uint64_t entry, const struct audit *a);
void record_check_log(struct record_check *rc, const struct store_entry *e);
/* A checkpoint made after entry `entry` says that the record stands so; `hash` as in the chain. */
void record_check_point(struct record_check *rc, uint64_t entry, const char *key, uint64_t commit, uint64_t rev,
                        const uint8_t hash[AUDIT_RECORD_HASH]);
/* It was the last of the checkpoint, which the log follows without a gap: of what it does not have, all went before. */
void record_check_point_end(struct record_check *rc, uint64_t entry);

/* How it stands in Redis. RECORD_WRONG is told, and counts, only when the caller is `sure` that it has heard of all changes. A record
 * of another part is good. Asked twice it counts once. */
enum record_is record_check_stands(struct record_check *rc, const struct store_record *r, bool sure);

/* The next one that should stand there and was not seen; *at from 0 on. False: there are no more. */
bool record_check_unseen(const struct record_check *rc, size_t *at, uint64_t *ret_key, uint64_t *ret_entry);
/* Whoever asks takes it on: it is not told of again. */
void record_check_asked(struct record_check *rc, uint64_t key);
uint64_t record_check_key(const struct record_check *rc, const char *key);
/* The entry that had the last word about it, unless that says that it went; 0 = none. */
uint64_t record_check_last(const struct record_check *rc, const char *key);

#endif
