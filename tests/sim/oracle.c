/* oracle.c - the truth: the store's log, followed as it is applied. What daemons and screens say is measured by it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/kit.h"

struct known_incident *sim_truth_incident(const struct sim *sim, uint64_t id)
{
	for (size_t i = sim->truth.count; i > 0; i--) {
		if (sim->truth.incidents[i - 1]->inc.id == id)
			return sim->truth.incidents[i - 1];
	}
	return NULL;
}

const struct known_press *sim_truth_press(const struct sim *sim, const char *device, uint64_t alarm)
{
	for (size_t i = sim->truth.press_count; i > 0; i--) {
		const struct known_press *p = &sim->truth.presses[i - 1];

		if (p->alarm == alarm && strcmp(p->device, device) == 0)
			return p;
	}
	return NULL;
}

const struct known_cmd *sim_truth_cmd(const struct sim *sim, uint64_t cmd)
{
	for (size_t i = sim->truth.cmd_count; i > 0; i--) {
		if (sim->truth.cmds[i - 1].cmd == cmd)
			return &sim->truth.cmds[i - 1];
	}
	return NULL;
}

const struct known_raw *sim_truth_raw(const struct sim *sim, const char *body)
{
	for (size_t i = sim->truth.raw_count; i > 0; i--) {
		const struct known_raw *r = &sim->truth.raws[i - 1];

		if (bytes_have(r->bytes, r->len, body))
			return r;
	}
	return NULL;
}

bool sim_truth_looked(const struct sim *sim, uint64_t incident, const char *who)
{
	for (size_t i = 0; i < sim->truth.look_count; i++) {
		if (sim->truth.looks[i].incident == incident && strcmp(sim->truth.looks[i].who, who) == 0)
			return true;
	}
	return false;
}

uint64_t sim_truth_took(const struct known_incident *k, uint32_t job, const char *who)
{
	for (uint32_t i = 0; i < k->taker_count; i++) {
		if (k->takers[i].job == job && strcmp(k->takers[i].who, who) == 0)
			return k->takers[i].entry;
	}
	return 0;
}

bool sim_truth_owned(const struct known_incident *k, const char *who)
{
	for (uint32_t i = 0; i < k->owner_count; i++) {
		if (strcmp(k->owners[i], who) == 0)
			return true;
	}
	return false;
}

/* ------------------------------------------------------------ words */

const char *sim_incident_words(const struct incident *inc)
{
	static const char *const states[] = {"none", "waiting", "answered", "closed"};
	static const char *const jobs[] = {"", "/offering", "/accepted", "/en_route", "/arrived", "/done", "", ""};
	static char text[32];

	snprintf(text, sizeof text, "%s%s", states[inc->state], jobs[incident_progress(inc)]);
	return text;
}

const char *sim_incident_place(const struct sim *sim, const struct incident *inc)
{
	static char text[64];
	unsigned home = sim_home_of(sim, inc->device);

	if (home != SIM_HOME_NONE)
		snprintf(text, sizeof text, "home %u", home);
	else
		snprintf(text, sizeof text, "%s", inc->device);
	return text;
}

static void say_entry(struct sim *sim, const struct known_incident *k, const Pingan__V1__LogEvent *event)
{
	char text[512];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < event->n_lines && at + 64 < sizeof text; i++) {
		const Pingan__V1__Line *l = event->lines[i];
		const ProtobufCEnumValue *v =
			protobuf_c_enum_descriptor_get_value(&pingan__v1__line_code__descriptor, (int)l->code);
		const char *name = v == NULL ? "LINE_?" : v->name;

		at += (size_t)snprintf(text + at, sizeof text - at, "%s", i == 0 ? ": " : ", ");
		for (name += 5; *name != '\0' && at + 1 < sizeof text; name++)
			text[at++] = *name == '_' ? ' ' : (char)tolower((unsigned char)*name);
		text[at] = '\0';
		if (l->subject[0] != '\0' && l->code != PINGAN__V1__LINE_CODE__LINE_ALARM &&
		    l->code != PINGAN__V1__LINE_CODE__LINE_REPEAT)
			at += (size_t)snprintf(text + at, sizeof text - at, " %s", l->subject);
		else if (l->who[0] != '\0')
			at += (size_t)snprintf(text + at, sizeof text - at, " by %s", l->who);
	}
	sim_note(sim, "store %s %s%s", sim_incident_place(sim, &k->inc), sim_incident_words(&k->inc), text);
}

/* ------------------------------------------------------------ entries */

static void remember_press(struct sim *sim, const struct alarm_ref *ref, uint64_t incident, uint64_t entry)
{
	struct truth *t = &sim->truth;

	if (sim_truth_press(sim, ref->device, ref->alarm) != NULL)
		return;
	GROW(t->presses, t->press_count, t->press_size);
	t->presses[t->press_count] = (struct known_press){.alarm = ref->alarm, .incident = incident, .entry = entry};
	snprintf(t->presses[t->press_count++].device, ID_MAX, "%s", ref->device);
}

static void know_incident(struct sim *sim, const struct store_entry *e, const struct store_record *r,
                          const Pingan__V1__LogEvent *event)
{
	struct truth *t = &sim->truth;
	struct known_incident *k;
	struct incident *after = sim_memory(sizeof *after);
	enum step step;
	uint32_t eta_min;
	int bad = incident_decode(r->body, &sim->arena, after);

	if (bad != 0)
		sim_broken(sim, "P8 records can be read", "%s: %s", r->key, record_bad_name(bad));
	k = sim_truth_incident(sim, after->id);
	if (!t->replaying && strcmp(event->daemon, "retention") == 0) {
		sim_office_kept(sim, k == NULL ? NULL : &k->inc, after);
	} else if (!t->replaying) {
		sim_promise_change(sim, e, k == NULL ? NULL : &k->inc, after, event);
		sim_people_offers(sim, k == NULL ? NULL : &k->inc, after);
	}
	if (k == NULL) {
		k = sim_memory(sizeof *k);
		k->stuck_at = SIM_NEVER;
		GROW(t->incidents, t->count, t->size);
		t->incidents[t->count++] = k;
	}
	k->inc = *after;
	free(after);
	k->rev = r->rev;
	k->entry = e->id;
	k->changed_at = sim->now;
	k->stuck_at = SIM_NEVER;
	if (k->inc.owner[0] != '\0' && !sim_truth_owned(k, k->inc.owner)) {
		if (k->owner_count == COUNT_OF(k->owners))
			memmove(k->owners[0], k->owners[1], --k->owner_count * sizeof k->owners[0]);
		memcpy(k->owners[k->owner_count++], k->inc.owner, ID_MAX);
	}
	for (uint32_t i = 0; i < k->inc.job_count; i++) {
		const struct job *j = &k->inc.jobs[i];

		if (j->caregiver[0] == '\0' || sim_truth_took(k, j->number, j->caregiver) != 0)
			continue;
		if (k->taker_count == COUNT_OF(k->takers))
			memmove(&k->takers[0], &k->takers[1], --k->taker_count * sizeof k->takers[0]);
		k->takers[k->taker_count].job = j->number;
		k->takers[k->taker_count].entry = e->id;
		memcpy(k->takers[k->taker_count++].who, j->caregiver, ID_MAX);
	}
	step = incident_device_step(&k->inc, e->at_ms, &eta_min);
	for (enum step s = STEP_NONE; s <= step; s++) {
		if (k->step_entry[s] == 0)
			k->step_entry[s] = e->id;
	}
	if (step > k->furthest)
		k->furthest = step;
	for (uint32_t i = 0; i < k->inc.alarm_count; i++)
		remember_press(sim, &k->inc.alarms[i], k->inc.id, e->id);
	if (!t->replaying) {
		sim_never_change(sim, k);
		say_entry(sim, k, event);
	}
}

static void know_caregiver(struct sim *sim, const struct store_record *r)
{
	struct caregiver cg;

	if (caregiver_decode(r->body, &cg, &sim->arena) != 0)
		sim_broken(sim, "P8 records can be read", "%s", r->key);
	for (unsigned i = 0; i < sim->setup.phones; i++) {
		if (strcmp(sim_phone_person(i), cg.id) == 0) {
			sim_people_caregiver(sim, i, &cg);
			sim->truth.caregivers[i].cg = cg;
			sim->truth.caregivers[i].there = true;
		}
	}
}

static void know_operator(struct sim *sim, const struct store_record *r)
{
	struct operator op;

	if (operator_decode(r->body, &op, &sim->arena) != 0)
		sim_broken(sim, "P8 records can be read", "%s", r->key);
	for (unsigned i = 0; i < sim->setup.desks; i++) {
		if (strcmp(sim_desk_person(i), op.id) != 0)
			continue;
		if (sim->truth.operators[i].link != op.link)
			sim->truth.operators[i].link_since = sim->now;
		if (sim->truth.operators[i].ready != op.ready)
			sim->truth.operators[i].ready_since = sim->now;
		sim->truth.operators[i].link = op.link;
		sim->truth.operators[i].ready = op.ready;
	}
}

static void know_event(struct sim *sim, const struct store_entry *e, const Pingan__V1__LogEvent *event)
{
	struct truth *t = &sim->truth;
	uint64_t incident = strncmp(event->record, "incident:", 9) == 0 ? strtoull(event->record + 9, NULL, 16) : 0;

	for (size_t i = 0; i < event->n_lines; i++) {
		const Pingan__V1__Line *l = event->lines[i];

		if (!t->replaying)
			sim_saw_line((uint32_t)l->code);
		if (!t->replaying && l->code == PINGAN__V1__LINE_CODE__LINE_SEEN_NOT_IN_FORCE)
			sim_cut_entry(sim, l);
		if (l->code == PINGAN__V1__LINE_CODE__LINE_OPENED) {
			GROW(t->looks, t->look_count, t->look_size);
			t->looks[t->look_count].incident = incident;
			snprintf(t->looks[t->look_count++].who, ID_MAX, "%s", l->who);
		}
		/* "Over" of a sensor carries the hash of its message there, which a replaced panel may send again. */
		if (l->cmd != 0 && l->code != PINGAN__V1__LINE_CODE__LINE_RESTORE) {
			const struct known_cmd *c = sim_truth_cmd(sim, l->cmd);

			if (c != NULL && c->entry != e->id && !t->replaying)
				sim_broken(sim, "P5 a request changes nothing twice", "cmd in entries %llu and %llu",
				           (unsigned long long)c->entry, (unsigned long long)e->id);
			if (c == NULL) {
				GROW(t->cmds, t->cmd_count, t->cmd_size);
				t->cmds[t->cmd_count++] = (struct known_cmd){.cmd = l->cmd, .entry = e->id};
			}
		}
	}
	if (event->raw.len != 0 || event->raw_sealed.len != 0) {
		uint8_t raw[ALARM_RAW_MAX];
		struct slice bytes = slice_of(event->raw.data, event->raw.len);

		if (bytes.len == 0)
			bytes = slice_of(raw, sim_unseal(slice_of(event->raw_sealed.data, event->raw_sealed.len), raw, sizeof raw));
		GROW(t->raws, t->raw_count, t->raw_size);
		t->raws[t->raw_count++] =
			(struct known_raw){.bytes = sim_copy(bytes.at, bytes.len), .len = bytes.len, .entry = e->id};
	}
}

static void know_entry(struct sim *sim, const struct store_entry *e)
{
	struct truth *t = &sim->truth;
	bool touched = false; /* an incident or a caregiver */
	Pingan__V1__LogEvent *event = pingan__v1__log_event__unpack(NULL, e->event.len, e->event.at);

	if (event == NULL)
		sim_broken(sim, "P8 log entries can be read", "entry %llu", (unsigned long long)e->id);
	if (!t->replaying)
		sim_promise_entry(sim, e, event);
	know_event(sim, e, event);
	if (!t->replaying)
		sim_people_edit(sim, e, event);
	for (uint32_t i = 0; i < e->record_count; i++) {
		const struct store_record *r = &e->records[i];

		if (r->rev == 0)
			continue;
		touched = touched || strncmp(r->key, "incident:", 9) == 0 || strncmp(r->key, "caregiver:", 10) == 0;
		if (strncmp(r->key, "incident:", 9) == 0)
			know_incident(sim, e, r, event);
		else if (strncmp(r->key, "caregiver:", 10) == 0)
			know_caregiver(sim, r);
		else if (strncmp(r->key, "operator:", 9) == 0)
			know_operator(sim, r);
	}
	pingan__v1__log_event__free_unpacked(event, NULL);
	t->newest = e->id;
	t->newest_ms = e->at_ms;
	if (e->id >= t->commits_size) {
		t->commits_size = 2 * e->id + 256;
		t->commits = realloc(t->commits, t->commits_size * sizeof *t->commits);
		ENSURE(t->commits != NULL);
	}
	t->commits[e->id] = e->commit;
	if (!t->replaying && touched)
		sim_promise_people(sim);
}

static void forget(struct truth *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->incidents[i]);
	for (size_t i = 0; i < t->raw_count; i++)
		free(t->raws[i].bytes);
	t->count = t->press_count = t->cmd_count = t->look_count = t->raw_count = 0;
	memset(t->caregivers, 0, sizeof t->caregivers);
	memset(t->operators, 0, sizeof t->operators);
	t->newest = 0;
	t->newest_ms = 0;
}

/* What is there up to `to` was known before. */
static void replay(struct sim *sim, uint64_t to)
{
	struct store_entry e;

	forget(&sim->truth);
	sim->truth.replaying = true;
	for (uint64_t id = 1; id <= to; id++) {
		ENSURE(store_sim_entry(sim->store, id, &e));
		know_entry(sim, &e);
	}
	sim->truth.replaying = false;
}

void sim_truth_follow(struct sim *sim)
{
	struct truth *t = &sim->truth;
	uint64_t newest = store_sim_newest(sim->store), common = t->newest;
	struct store_entry e;

	if (newest < common)
		common = newest;
	while (common != 0) {
		ENSURE(store_sim_entry(sim->store, common, &e));
		if (e.commit == t->commits[common])
			break;
		common--;
	}
	if (common != t->newest) {
		sim_note(sim, "store has lost %llu entries", (unsigned long long)(t->newest - common));
		sim->last_cut = sim->now;
		sim_promise_before_cut(sim);
		replay(sim, common);
		sim_promise_cut(sim);
	}
	for (uint64_t id = t->newest + 1; id <= newest; id++) {
		ENSURE(store_sim_entry(sim->store, id, &e));
		know_entry(sim, &e);
	}
}

void sim_truth_free(struct sim *sim)
{
	struct truth *t = &sim->truth;

	forget(t);
	free(t->incidents);
	free(t->presses);
	free(t->cmds);
	free(t->looks);
	free(t->raws);
	free(t->commits);
}

/* ------------------------------------------------------------ for tests */

static const struct incident *of_device(const struct sim *sim, const char *device)
{
	const struct incident *found = NULL;

	for (size_t i = 0; i < sim->truth.count; i++) {
		const struct incident *inc = &sim->truth.incidents[i]->inc;

		if (strcmp(inc->device, device) == 0 &&
		    (found == NULL || inc->state != INCIDENT_CLOSED || found->state == INCIDENT_CLOSED))
			found = inc;
	}
	return found;
}

const struct incident *sim_incident(const struct sim *sim, unsigned home)
{
	char device[ID_MAX];

	sim_home_device(device, home);
	return of_device(sim, device);
}

const struct incident *sim_panel_incident(const struct sim *sim, unsigned panel)
{
	char account[ID_MAX], device[ID_MAX + 8];

	sim_panel_account(account, panel);
	snprintf(device, sizeof device, "dc09.%s", account);
	return of_device(sim, device);
}

const struct incident *sim_incident_by_id(const struct sim *sim, uint64_t id)
{
	const struct known_incident *k = sim_truth_incident(sim, id);

	return k == NULL ? NULL : &k->inc;
}

const char *sim_state(const struct sim *sim, unsigned home)
{
	const struct incident *inc = sim_incident(sim, home);

	return inc == NULL ? "none" : sim_incident_words(inc);
}

unsigned sim_incident_count(const struct sim *sim)
{
	return (unsigned)sim->truth.count;
}

unsigned sim_open_count(const struct sim *sim)
{
	unsigned n = 0;

	for (size_t i = 0; i < sim->truth.count; i++)
		n += sim->truth.incidents[i]->inc.state != INCIDENT_CLOSED;
	return n;
}

unsigned sim_outbox_count(const struct sim *sim, uint64_t incident, enum outbox_what what)
{
	char key[STORE_KEY_MAX];
	struct slice body;
	unsigned n = 0;

	for (size_t i = 0; store_sim_outbox(sim->store, i, key, &body); i++) {
		Pingan__V1__Outbox *o = pingan__v1__outbox__unpack(NULL, body.len, body.at);

		ENSURE(o != NULL);
		n += o->incident == incident && (int)o->what == (int)what;
		pingan__v1__outbox__free_unpacked(o, NULL);
	}
	return n;
}

uint64_t sim_log_newest(const struct sim *sim)
{
	return sim->truth.newest;
}
