#include "app/duty_groups.h"

#include <stdlib.h>

static void leave(struct table *groups, struct member *m)
{
	struct duty_group *g = m->group;

	if (g == NULL)
		return;
	m->group = NULL;
	TAILQ_REMOVE(&g->members, m, group_link);
	g->on_duty -= m->group_counted;
	g->free -= m->group_free;
	if (!TAILQ_EMPTY(&g->members))
		return;
	(void)table_remove(groups, g->key);
	free(g);
}

static void key_of(const struct rights *r, char key[DUTY_GROUP_KEY_MAX])
{
	size_t len = 0;

	for (uint32_t i = 0; i < r->area_count; i++) {
		size_t n = strlen(r->areas[i]);

		memcpy(key + len, r->areas[i], n);
		len += n;
		key[len++] = ',';
	}
	key[len] = '\0';
}

bool duty_group_place(struct table *groups, struct member *m)
{
	char key[DUTY_GROUP_KEY_MAX];
	struct duty_group *g;

	leave(groups, m);
	if (m->duty_place == 0)
		return true;
	key_of(&m->rights, key);
	g = table_get(groups, key);
	if (g == NULL) {
		g = calloc(1, sizeof *g);
		if (g == NULL)
			return false;
		memcpy(g->key, key, sizeof g->key);
		g->rights = m->rights;
		TAILQ_INIT(&g->members);
		if (!table_put(groups, g->key, g)) {
			free(g);
			return false;
		}
	}
	m->group = g;
	TAILQ_INSERT_TAIL(&g->members, m, group_link);
	m->group_counted = (m->skills & (BIT(SKILL_CARE) | BIT(SKILL_NURSE))) != 0;
	m->group_free = m->group_counted && m->incident == 0;
	g->on_duty += m->group_counted;
	g->free += m->group_free;
	return true;
}

void duty_groups_free(struct table *groups)
{
	for (size_t i = 0; i < table_places(groups); i++)
		if (table_at(groups, i)->key != NULL)
			free(table_at(groups, i)->value);
	table_free(groups);
}
