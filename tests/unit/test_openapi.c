/* test_openapi.c - docs/openapi.yaml says what the daemon does, and all of it: every path and method with its scope, the roles
 * that have it, its parameters and its answers, compared both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <yaml.h>

#include "app/internal.h"
#include "io/api.h"

static yaml_document_t doc;

static yaml_node_t *at(yaml_node_t *map, const char *key)
{
	if (map == NULL || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++)
		if (strcmp((const char *)yaml_document_get_node(&doc, p->key)->data.scalar.value, key) == 0)
			return yaml_document_get_node(&doc, p->value);
	return NULL;
}

static const char *text(yaml_node_t *node)
{
	return node == NULL || node->type != YAML_SCALAR_NODE ? "" : (const char *)node->data.scalar.value;
}

static yaml_node_t *item(yaml_node_t *list, size_t n)
{
	if (list == NULL || list->type != YAML_SEQUENCE_NODE ||
	    n >= (size_t)(list->data.sequence.items.top - list->data.sequence.items.start))
		return NULL;
	return yaml_document_get_node(&doc, list->data.sequence.items.start[n]);
}

/* {$ref: '#/components/schemas/Home'} -> the node; anything else is itself. */
static yaml_node_t *follow(yaml_node_t *node)
{
	const char *ref = text(at(node, "$ref"));
	yaml_node_t *found = yaml_document_get_root_node(&doc);
	char part[64];

	if (ref[0] == '\0')
		return node;
	assert_memory_equal(ref, "#/", 2);
	for (ref += 2; *ref != '\0'; ref += strspn(ref, "/")) {
		size_t len = strcspn(ref, "/");

		snprintf(part, sizeof part, "%.*s", (int)len, ref);
		found = at(found, part);
		if (found == NULL)
			fail_msg("%s is not there", ref);
		ref += len;
	}
	return found;
}

static int read_file(void **state)
{
	FILE *f = fopen(PINGAN_SOURCE_DIR "/docs/openapi.yaml", "rb");
	yaml_parser_t parser;

	(void)state;
	assert_non_null(f);
	assert_true(yaml_parser_initialize(&parser));
	yaml_parser_set_input_file(&parser, f);
	if (!yaml_parser_load(&parser, &doc))
		fail_msg("line %zu: %s", parser.problem_mark.line + 1, parser.problem);
	yaml_parser_delete(&parser);
	fclose(f);
	return 0;
}

static int forget_file(void **state)
{
	(void)state;
	yaml_document_delete(&doc);
	return 0;
}

static const char *method_of(const struct api_route *r)
{
	static const char *const NAMES[HTTP_METHOD_COUNT] = {
		[HTTP_GET] = "get", [HTTP_POST] = "post", [HTTP_PUT] = "put", [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
	};

	assert_non_null(NAMES[r->method]);
	return NAMES[r->method];
}

static yaml_node_t *operation(const struct api_route *r)
{
	yaml_node_t *op = at(at(at(yaml_document_get_root_node(&doc), "paths"), r->path), method_of(r));

	if (op == NULL)
		fail_msg("docs/openapi.yaml lacks %s %s", method_of(r), r->path);
	return op;
}

/* True when `list` of words with blanks between has this one. */
static bool has(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *found = list; list != NULL && (found = strstr(found, word)) != NULL; found += len)
		if ((found == list || found[-1] == ' ') && (found[len] == ' ' || found[len] == '\0'))
			return true;
	return false;
}

static void every_path_of_the_code_is_in_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_ROUTE_COUNT; i++)
		assert_string_not_equal(text(at(operation(&API_ROUTES[i]), "operationId")), "");
}

static void every_path_of_the_file_is_in_the_code(void **state)
{
	yaml_node_t *paths = at(yaml_document_get_root_node(&doc), "paths");

	(void)state;
	for (yaml_node_pair_t *p = paths->data.mapping.pairs.start; p < paths->data.mapping.pairs.top; p++) {
		const char *path = text(yaml_document_get_node(&doc, p->key));
		yaml_node_t *ops = yaml_document_get_node(&doc, p->value);

		for (yaml_node_pair_t *o = ops->data.mapping.pairs.start; o < ops->data.mapping.pairs.top; o++) {
			const char *method = text(yaml_document_get_node(&doc, o->key));
			bool found = false;

			for (size_t i = 0; i < API_ROUTE_COUNT; i++)
				found =
					found || (strcmp(API_ROUTES[i].path, path) == 0 && strcmp(method_of(&API_ROUTES[i]), method) == 0);
			if (!found)
				fail_msg("the code has no %s %s", method, path);
		}
	}
}

/* What api.c answers stands in the table too. */
static void every_door_is_in_the_table(void **state)
{
	size_t doors = 0, routes = 0;

	(void)state;
	for (size_t i = 0; i < API_DOOR_COUNT; i++) {
		const struct api_door *d = &API_DOORS[i];
		bool found = false;

		if (!d->web || !api_path(slice_str(d->path)))
			continue;
		doors++;
		for (size_t k = 0; k < API_ROUTE_COUNT; k++)
			found = found || (API_ROUTES[k].elsewhere && strcmp(API_ROUTES[k].path, d->path) == 0 &&
			                  API_ROUTES[k].method == (d->post ? HTTP_POST : HTTP_GET));
		if (!found)
			fail_msg("%s is not in the table", d->path);
	}
	for (size_t k = 0; k < API_ROUTE_COUNT; k++)
		routes += API_ROUTES[k].elsewhere;
	assert_int_equal(doors, routes);
}

static void every_scope_and_role_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_ROUTE_COUNT; i++) {
		const struct api_route *r = &API_ROUTES[i];
		yaml_node_t *op = operation(r), *roles = at(op, "x-roles");
		size_t count = 0;

		assert_non_null(at(op, "security"));
		if (r->open) {
			assert_null(item(at(op, "security"), 0));
			assert_null(roles);
			continue;
		}
		if (r->own) {
			/* About whoever asks: no scope, no role, and no token, which is nobody. */
			assert_non_null(at(op, "x-own"));
			assert_non_null(at(item(at(op, "security"), 0), "session"));
			assert_null(item(at(op, "security"), 1));
			assert_null(roles);
			continue;
		}
		assert_string_equal(text(at(op, "x-scope")), scope_name(r->scope));
		if ((SCOPE_BIT(r->scope) & SCOPES_OF_PEOPLE) == 0)
			assert_string_equal(text(item(at(item(at(op, "security"), 0), "token"), 0)), scope_name(r->scope));
		assert_non_null(at(item(at(op, "security"), (SCOPE_BIT(r->scope) & SCOPES_OF_PEOPLE) == 0 ? 1 : 0), "session"));
		for (int role = ROLE_NONE; role < ROLE_COUNT; role++) {
			bool told = false;

			for (size_t n = 0; item(roles, n) != NULL; n++)
				told = told || strcmp(text(item(roles, n)), role_name((enum role)role)) == 0;
			if (told != ((rights_scopes((enum role)role) & SCOPE_BIT(r->scope)) != 0))
				fail_msg("%s %s: x-roles and %s", method_of(r), r->path, role_name((enum role)role));
			count += told;
		}
		assert_null(item(roles, count)); /* no other word */
	}
}

static void every_parameter_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_ROUTE_COUNT; i++) {
		const struct api_route *r = &API_ROUTES[i];
		yaml_node_t *list = at(operation(r), "parameters"), *p;
		char told[256] = "";
		bool named = false;

		for (size_t n = 0; (p = follow(item(list, n))) != NULL; n++) {
			const char *name = text(at(p, "name"));

			assert_non_null(at(p, "schema"));
			if (strcmp(text(at(p, "in")), "path") == 0) {
				named = strcmp(name, "id") == 0;
				continue;
			}
			if (strcmp(text(at(p, "in")), "header") == 0) {
				assert_true(r->edits);
				continue;
			}
			if (!has(r->params, name))
				fail_msg("%s takes no %s", r->path, name);
			snprintf(told + strlen(told), sizeof told - strlen(told), "%s%s", told[0] == '\0' ? "" : " ", name);
		}
		assert_int_equal(named, strstr(r->path, "{id}") != NULL);
		if (strlen(told) != (r->params == NULL ? 0 : strlen(r->params)))
			fail_msg("%s takes \"%s\", the file says \"%s\"", r->path, r->params == NULL ? "" : r->params, told);
	}
}

static void every_answer_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < API_ROUTE_COUNT; i++) {
		const struct api_route *r = &API_ROUTES[i];
		yaml_node_t *answers = at(operation(r), "responses");
		char all[160];

		snprintf(all, sizeof all, "%s%s%s", r->statuses, r->open ? "" : " ", r->open ? "" : API_ALWAYS);
		for (yaml_node_pair_t *p = answers->data.mapping.pairs.start; p < answers->data.mapping.pairs.top; p++) {
			const char *status = text(yaml_document_get_node(&doc, p->key));

			if (!has(all, status))
				fail_msg("%s %s never answers %s", method_of(r), r->path, status);
			assert_non_null(at(follow(yaml_document_get_node(&doc, p->value)), "description"));
		}
		for (const char *s = all; *s != '\0'; s += strspn(s, " ")) {
			char status[8];

			snprintf(status, sizeof status, "%.*s", (int)strcspn(s, " "), s);
			if (at(answers, status) == NULL)
				fail_msg("%s %s also answers %s", method_of(r), r->path, status);
			s += strcspn(s, " ");
		}
	}
}

/* Every $ref leads somewhere. */
static void every_reference_is_there(void **state)
{
	(void)state;
	for (int i = 1; yaml_document_get_node(&doc, i) != NULL; i++) {
		yaml_node_t *node = yaml_document_get_node(&doc, i);

		if (at(node, "$ref") != NULL)
			assert_non_null(follow(node));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_of_the_code_is_in_the_file),
		cmocka_unit_test(every_path_of_the_file_is_in_the_code),
		cmocka_unit_test(every_door_is_in_the_table),
		cmocka_unit_test(every_scope_and_role_is_the_same),
		cmocka_unit_test(every_parameter_is_the_same),
		cmocka_unit_test(every_answer_is_the_same),
		cmocka_unit_test(every_reference_is_there),
	};

	return cmocka_run_group_tests(tests, read_file, forget_file);
}
