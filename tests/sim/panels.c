/* panels.c - alarm panels that speak SIA DC-09 over TCP: number, send, wait for the answer, send the same frame again. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

#define FRAMES_MAX 8
#define BODY_MAX 160
#define AGAIN_MS 20000

struct frame {
	char body[BODY_MAX];
	char number[5];
	bool keep;
	bool answered;
	unsigned sent_to; /* the first daemon; SIM_DAEMONS_MAX = none yet */
	int64_t next_at;
};

struct panel {
	struct node node;
	struct prng prng;
	unsigned number; /* last used */
	unsigned next_daemon;
	struct frame frames[FRAMES_MAX];
	unsigned frame_count;
	unsigned answers;
	char last[16];
	uint8_t in[512];
	size_t in_len;
	int64_t due; /* when it looks again; SIM_NEVER */
};

static void look(struct sim *sim, void *who, uint64_t arg);

struct node *sim_panel_node(struct sim *sim, unsigned panel)
{
	return &sim->panels[panel].node;
}

static uint16_t crc_arc(const char *at, size_t len)
{
	uint16_t crc = 0;

	for (size_t i = 0; i < len; i++) {
		crc = (uint16_t)(crc ^ (uint8_t)at[i]);
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
	}
	return crc;
}

static void plan(struct sim *sim, struct panel *p, int64_t ms)
{
	int64_t at = sim->now + ms;

	if (p->due <= at)
		return;
	p->due = at;
	sim_at(sim, at, look, p, (uint64_t)at);
}

static void drop_frame(struct panel *p, unsigned i)
{
	memmove(&p->frames[i], &p->frames[i + 1], (p->frame_count - i - 1) * sizeof p->frames[0]);
	p->frame_count--;
}

static void send_frame(struct sim *sim, struct panel *p, struct frame *f)
{
	char text[BODY_MAX + 16];
	size_t len = strlen(f->body);
	int n = snprintf(text, sizeof text, "\n%04X0%03X%s\r", crc_arc(f->body, len), (unsigned)len, f->body);

	sim_note(sim, "panel %u sends %s", p->node.index, f->body);
	sim_client_send(sim, p->node.link, slice_of(text, (size_t)n));
	if (f->sent_to == SIM_DAEMONS_MAX)
		f->sent_to = sim_link_of(sim, p->node.link)->daemon;
	f->next_at = sim->now + AGAIN_MS;
}

static void serve(struct sim *sim, struct panel *p)
{
	for (unsigned i = 0; i < p->frame_count;) {
		if (p->frames[i].answered)
			drop_frame(p, i);
		else
			i++;
	}
	if (p->frame_count == 0)
		return;
	if (p->node.link == 0) {
		sim_connect(sim, &p->node,
		            p->node.only < SIM_DAEMONS_MAX ? p->node.only : p->next_daemon++ % sim->setup.daemons);
		plan(sim, p, 1000);
		return;
	}
	if (p->node.open) {
		for (unsigned i = 0; i < p->frame_count; i++) {
			struct frame *f = &p->frames[i];

			if (f->next_at > sim->now)
				continue;
			if (f->next_at != 0 && f->keep && prng_chance(&p->prng, 300)) {
				/* no answer on this path: tries the other */
				sim_client_close(sim, p->node.link, true);
				f->next_at = 0;
				break;
			}
			send_frame(sim, p, f);
			if (!f->keep)
				f->answered = true;
		}
	}
	plan(sim, p, 1000);
}

static void look(struct sim *sim, void *who, uint64_t arg)
{
	struct panel *p = who;

	if (p->due != (int64_t)arg)
		return;
	p->due = SIM_NEVER;
	serve(sim, p);
}

void sim_panel_opened(struct sim *sim, unsigned panel)
{
	sim->panels[panel].in_len = 0;
	serve(sim, &sim->panels[panel]);
}

void sim_panel_closed(struct sim *sim, unsigned panel)
{
	plan(sim, &sim->panels[panel], 1000);
}

static void answer(struct sim *sim, struct panel *p, const char *text, size_t len)
{
	const char *open = memchr(text, '"', len), *shut;
	char token[16] = "";

	if (open == NULL)
		return;
	shut = memchr(open + 1, '"', len - (size_t)(open + 1 - text));
	if (shut == NULL || (size_t)(text + len - shut) < 5)
		return;
	snprintf(token, sizeof token, "%.*s", (int)(shut - open - 1), open + 1);
	sim_note(sim, "panel %u hears %s %.4s", p->node.index, token, shut + 1);
	snprintf(p->last, sizeof p->last, "%s", token);
	p->answers++;
	for (unsigned i = 0; i < p->frame_count; i++) {
		if (strncmp(p->frames[i].number, shut + 1, 4) == 0) {
			if (sim_link_of(sim, p->node.link)->daemon != p->frames[i].sent_to)
				sim_saw(SEEN_PANEL_ELSEWHERE);
			p->frames[i].answered = true;
		}
	}
}

void sim_panel_bytes(struct sim *sim, unsigned panel, struct slice bytes)
{
	struct panel *p = &sim->panels[panel];

	for (size_t i = 0; i < bytes.len; i++) {
		if (p->in_len == sizeof p->in)
			p->in_len = 0;
		p->in[p->in_len++] = bytes.at[i];
		if (bytes.at[i] == '\r') {
			answer(sim, p, (const char *)p->in, p->in_len);
			p->in_len = 0;
		}
	}
}

void sim_panel_send(struct sim *sim, unsigned panel, const char *body, bool keep)
{
	struct panel *p = &sim->panels[panel];
	struct frame *f;
	const char *shut = strchr(body + 1, '"');

	ENSURE(shut != NULL);
	if (p->frame_count == FRAMES_MAX)
		return;
	f = &p->frames[p->frame_count++];
	*f = (struct frame){.keep = keep, .sent_to = SIM_DAEMONS_MAX};
	snprintf(f->body, sizeof f->body, "%s", body);
	snprintf(f->number, sizeof f->number, "%.4s", shut + 1);
	serve(sim, p);
}

void sim_panel_event(struct sim *sim, unsigned panel, unsigned number, const char *event, bool keep)
{
	char body[BODY_MAX], account[ID_MAX];

	sim_panel_account(account, panel);
	/* Every third frame says something in words as well. */
	snprintf(body, sizeof body, "\"ADM-CID\"%04uL0#%s[#%s|%s]%s", number, account, account, event,
	         number % 3 == 0 ? "[IKITCHEN][R302]" : "");
	sim_panel_send(sim, panel, body, keep);
}

void sim_panel_random(struct sim *sim, unsigned panel)
{
	static const char *const events[] = {"1101 01 007", "1100 01 001", "1102 01 000", "1301 00 000", "1302 00 003",
	                                     "1602 00 000", "1120 01 002", "1999 01 005", "3301 00 000", "3302 00 003"};
	struct panel *p = &sim->panels[panel];

	p->number = p->number % 9999 + 1;
	if (prng_chance(&p->prng, 40)) { /* one that nobody has entered yet: a person looks at it, and it hears nothing */
		char body[BODY_MAX];

		snprintf(body, sizeof body, "\"ADM-CID\"%04uL0#F%03u[#F%03u|1100 01 001]", p->number, panel, panel);
		sim_panel_send(sim, panel, body, false);
		return;
	}
	sim_panel_event(sim, panel, p->number, events[prng_below(&p->prng, COUNT_OF(events))], true);
}

void sim_panel_replaced(struct sim *sim, unsigned panel)
{
	struct panel *p = &sim->panels[panel];

	sim_note(sim, "panel %u is replaced", panel);
	sim_saw(SEEN_PANEL_REPLACED);
	p->frame_count = 0;
	p->number = 0;
	if (p->node.link != 0)
		sim_client_close(sim, p->node.link, true);
}

void sim_panel_only(struct sim *sim, unsigned panel, unsigned daemon)
{
	struct panel *p = &sim->panels[panel];

	p->node.only = daemon;
	if (p->node.link != 0)
		sim_client_close(sim, p->node.link, true);
}

unsigned sim_panel_answers(const struct sim *sim, unsigned panel, char ret_last[16])
{
	if (ret_last != NULL)
		snprintf(ret_last, 16, "%s", sim->panels[panel].last);
	return sim->panels[panel].answers;
}

unsigned sim_panels_waiting(const struct sim *sim)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sim->setup.panels; i++) {
		for (unsigned k = 0; k < sim->panels[i].frame_count; k++)
			n += !sim->panels[i].frames[k].answered;
	}
	return n;
}

const char *sim_panel_body(const struct sim *sim, unsigned panel, const char *number)
{
	const struct panel *p = &sim->panels[panel];

	for (unsigned i = p->frame_count; i > 0; i--) {
		if (strncmp(p->frames[i - 1].number, number, 4) == 0)
			return p->frames[i - 1].body;
	}
	return NULL;
}

void sim_panels_init(struct sim *sim)
{
	sim->panels = sim_memory((sim->setup.panels + 1) * sizeof sim->panels[0]);
	for (unsigned i = 0; i < sim->setup.panels; i++) {
		sim_node_init(sim, &sim->panels[i].node, NODE_PANEL, i);
		sim->panels[i].prng.s = sim->seed * 2000003 + i;
		sim->panels[i].next_daemon = i;
		sim->panels[i].due = SIM_NEVER;
	}
}

void sim_panels_free(struct sim *sim)
{
	free(sim->panels);
	sim->panels = NULL;
}
