#include "io/links.h"

#include <stdlib.h>

struct slot {
	const struct link_ops *ops; /* NULL = free */
	void *conn;
	uint32_t generation; /* never 0, so that no link is 0 */
	uint32_t next_free;
	bool paused; /* in the paused list */
	uint32_t next_paused, prev_paused;
};

#define NONE UINT32_MAX

struct links {
	struct slot *slots;
	uint32_t max;
	uint32_t fresh;  /* slots from here on were never used */
	uint32_t free;   /* list of given-back slots */
	uint32_t paused; /* list */
	bool reading;
	struct links_stats stats;
};

struct links *links_new(size_t max)
{
	struct links *links = calloc(1, sizeof *links);

	if (links == NULL)
		return NULL;
	ENSURE(max > 0 && max < NONE);
	links->slots = calloc(max, sizeof *links->slots);
	if (links->slots == NULL) {
		free(links);
		return NULL;
	}
	links->max = (uint32_t)max;
	links->free = NONE;
	links->paused = NONE;
	links->reading = true;
	return links;
}

void links_free(struct links *links)
{
	if (links == NULL)
		return;
	free(links->slots);
	free(links);
}

static link_t link_make(uint32_t index, uint32_t generation)
{
	return (uint64_t)generation << 32 | index;
}

static struct slot *slot_of(const struct links *links, link_t link)
{
	uint32_t index = (uint32_t)link;
	struct slot *slot;

	if (index >= links->fresh)
		return NULL;
	slot = &links->slots[index];
	return slot->ops != NULL && slot->generation == (uint32_t)(link >> 32) ? slot : NULL;
}

static void unpause(struct links *links, uint32_t index)
{
	struct slot *slot = &links->slots[index];

	if (!slot->paused)
		return;
	slot->paused = false;
	if (slot->prev_paused != NONE)
		links->slots[slot->prev_paused].next_paused = slot->next_paused;
	else
		links->paused = slot->next_paused;
	if (slot->next_paused != NONE)
		links->slots[slot->next_paused].prev_paused = slot->prev_paused;
	links->stats.paused--;
}

link_t links_add(struct links *links, const struct link_ops *ops, void *conn)
{
	struct slot *slot;
	uint32_t index;

	ENSURE(ops != NULL);
	if (links->free != NONE) {
		index = links->free;
		links->free = links->slots[index].next_free;
	} else if (links->fresh < links->max) {
		index = links->fresh++;
	} else {
		links->stats.refused++;
		return 0;
	}
	slot = &links->slots[index];
	slot->ops = ops;
	slot->conn = conn;
	if (++slot->generation == 0)
		slot->generation = 1;
	links->stats.open++;
	return link_make(index, slot->generation);
}

void links_drop(struct links *links, link_t link)
{
	struct slot *slot = slot_of(links, link);
	uint32_t index = (uint32_t)link;

	if (slot == NULL)
		return;
	unpause(links, index);
	slot->ops = NULL;
	slot->conn = NULL;
	slot->next_free = links->free;
	links->free = index;
	links->stats.open--;
}

bool links_may_read(struct links *links, link_t link)
{
	struct slot *slot = slot_of(links, link);
	uint32_t index = (uint32_t)link;

	if (links->reading || slot == NULL)
		return true;
	if (!slot->paused) {
		slot->paused = true;
		slot->prev_paused = NONE;
		slot->next_paused = links->paused;
		if (links->paused != NONE)
			links->slots[links->paused].prev_paused = index;
		links->paused = index;
		links->stats.paused++;
	}
	return false;
}

enum send_result links_send(struct links *links, link_t link, struct slice bytes)
{
	struct slot *slot = slot_of(links, link);

	if (slot == NULL) {
		links->stats.stale++;
		return SEND_GONE;
	}
	return slot->ops->send(slot->conn, bytes);
}

void links_close(struct links *links, link_t link)
{
	struct slot *slot = slot_of(links, link);
	const struct link_ops *ops;
	void *conn;

	if (slot == NULL) {
		links->stats.stale++;
		return;
	}
	ops = slot->ops;
	conn = slot->conn;
	links_drop(links, link);
	ops->close(conn);
}

void links_read(struct links *links, bool on)
{
	if (on == links->reading)
		return;
	links->reading = on;
	/* A resumed connection only arms its event again: it cannot be paused or dropped in here. */
	while (on && links->paused != NONE) {
		struct slot *slot = &links->slots[links->paused];

		unpause(links, links->paused);
		slot->ops->resume(slot->conn);
	}
}

void *links_conn(const struct links *links, link_t link)
{
	const struct slot *slot = slot_of(links, link);

	return slot == NULL ? NULL : slot->conn;
}

void links_stats(const struct links *links, struct links_stats *ret)
{
	*ret = links->stats;
	ret->reading = links->reading;
}
