#include "table_export.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_part.h"
#include "cell_bulk.h"
#include "table_kind.h"

#define SCRATCH_LEN ((size_t)1 << 20)

struct out {
	const struct table_kind *kind;
	const struct export_options *o;
	char **keys;
	FILE *to;
	iconv_t iconv; /* (iconv_t)-1: UTF-8 as it is */
	FILE *text;    /* one record, before it is turned into the other encoding */
	char *text_at;
	size_t text_len;
	size_t rows, unread;
	bool failed; /* the file can't take it, or a cell has no text: said already where it was no error of the file */
	struct arena arena;
	_Alignas(max_align_t) uint8_t scratch[];
};

/* What was written of one record goes to the file. */
static bool text_flush(struct out *out)
{
	char room[65536], *from, *to;
	size_t left, space;
	bool ok = fflush(out->text) == 0;

	from = out->text_at;
	left = out->text_len;
	if (out->iconv == (iconv_t)-1) {
		ok = ok && fwrite(from, 1, left, out->to) == left;
	} else {
		while (ok && left != 0) {
			to = room;
			space = sizeof room;
			if (iconv(out->iconv, &from, &left, &to, &space) == (size_t)-1 && errno != E2BIG)
				ok = false;
			ok = fwrite(room, 1, sizeof room - space, out->to) == sizeof room - space && ok;
		}
	}
	rewind(out->text);
	return ok;
}

static bool shown(const struct out *out, size_t column)
{
	return out->o->with_private || !out->kind->columns[column].private;
}

static bool heading_put(struct out *out)
{
	bool ok = out->iconv != (iconv_t)-1 || fputs(CSV_MARK, out->text) != EOF, first = true;

	for (size_t c = 0; ok && c < out->kind->column_count; c++) {
		if (!shown(out, c))
			continue;
		ok = (first || fputc(',', out->text) != EOF) && fputs(out->kind->columns[c].name, out->text) != EOF;
		first = false;
	}
	return ok && fputc('\n', out->text) != EOF && text_flush(out);
}

static size_t last_shown(const struct out *out)
{
	size_t last = 0;

	for (size_t c = 0; c < out->kind->column_count; c++)
		last = shown(out, c) ? c : last;
	return last;
}

static void row_put(struct out *out, const char *id, const ProtobufCMessage *message)
{
	size_t last = last_shown(out);
	char cell[TABLE_CELL_MAX];

	for (size_t c = 0; c < out->kind->column_count && !out->failed; c++) {
		if (!shown(out, c))
			continue;
		if (out->kind->columns[c].path[0] == '\0') {
			snprintf(cell, sizeof cell, "%s", id);
		} else if (!table_cell(out->kind, c, message, cell)) {
			fprintf(stderr, "pinganctl: %s:%s: its %s can't be written into a table\n", out->kind->type, id,
			        out->kind->columns[c].name);
			out->failed = true;
		}
		if (!csv_put(out->text, cell, c == last ? '\n' : ','))
			out->failed = true;
	}
	out->rows++;
}

/* A panel's key stands where a native unit's does. */
static void device_ready(ProtobufCMessage *message)
{
	Pingan__V1__Device *d = (Pingan__V1__Device *)message;

	if (d->psk.len == 0)
		d->psk = d->dc09_key;
}

static void see(void *ctx, size_t n, const struct store_record *rec)
{
	struct out *out = ctx;
	const char *id = strchr(out->keys[n], ':') + 1;
	ProtobufCMessage *record, **items;
	size_t count;

	if (rec->rev == 0 || out->failed || table_reserved(out->kind, id))
		return; /* removed meanwhile, or nobody's */
	arena_reset(&out->arena);
	record = protobuf_c_message_unpack(out->kind->message, &out->arena.allocator, rec->body.len, rec->body.at);
	if (record == NULL) {
		fprintf(stderr, "pinganctl: %s is unreadable and left out\n", out->keys[n]);
		out->unread++;
		return;
	}
	if (table_erased(out->kind, record))
		return;
	if (out->kind->message == &pingan__v1__device__descriptor)
		device_ready(record);
	if (out->kind->list == NULL) {
		row_put(out, id, record);
	} else {
		count = table_items(out->kind, record, &items);
		for (size_t i = 0; i < count; i++)
			row_put(out, id, items[i]);
	}
	if (!out->failed && !text_flush(out))
		out->failed = true;
}

/* The file beside the one that is wanted. NULL with one line on standard error. */
static FILE *file_open(const char *path, char **ret_beside)
{
	FILE *to = NULL;
	int fd;

	*ret_beside = NULL;
	if (strcmp(path, "-") == 0)
		return stdout;
	ENSURE(asprintf(ret_beside, "%s.new", path) >= 0);
	(void)unlink(*ret_beside);
	fd = open(*ret_beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		to = fdopen(fd, "w");
	if (to == NULL) {
		fprintf(stderr, "pinganctl: %s: %s\n", *ret_beside, strerror(errno));
		if (fd >= 0)
			(void)close(fd);
	}
	return to;
}

static bool file_close(FILE *to, const char *path, const char *beside, bool good)
{
	bool ok = fflush(to) == 0;

	if (beside == NULL)
		return ok && good;
	ok = fsync(fileno(to)) == 0 && ok;
	ok = fclose(to) == 0 && ok;
	ok = good && ok && rename(beside, path) == 0;
	if (!ok) {
		if (good)
			fprintf(stderr, "pinganctl: %s: %s\n", path, strerror(errno));
		(void)unlink(beside);
	}
	return ok;
}

static bool write_all(struct cell *cell, struct out *out)
{
	size_t count = 0;
	char type[32];
	bool ok;

	snprintf(type, sizeof type, "%s:", out->kind->type);
	out->keys = cell_keys(cell, type, &count);
	ok = out->keys != NULL && heading_put(out) && cell_get_many(cell, out->keys, count, see, out) && !out->failed;
	cell_keys_free(out->keys, count);
	return ok;
}

/* Who took the table, and how many rows. */
static bool noted(struct cell *cell, const struct out *out)
{
	struct audit a = {.what = AUDIT_EXPORTED, .count = (uint32_t)out->rows};

	snprintf(a.note, sizeof a.note, "%s%s", out->kind->name, out->o->with_private ? " with-private" : "");
	return audit_note(cell, &a);
}

int table_export(struct cell *cell, const char *name, const char *path, const struct export_options *o)
{
	struct out *out = calloc(1, sizeof *out + SCRATCH_LEN);
	enum csv_encoding encoding = CSV_UTF8;
	char *beside = NULL;
	bool ok;

	ENSURE(out != NULL);
	out->kind = table_kind_of(name);
	out->o = o;
	out->iconv = (iconv_t)-1;
	if (out->kind == NULL || (o->encoding != NULL && !csv_encoding_of(o->encoding, &encoding))) {
		fprintf(stderr,
		        out->kind == NULL
		            ? "pinganctl: %s: tables are areas, stations, people, homes, residents, contacts and devices\n"
		            : "pinganctl: %s: --encoding is utf-8 or gb18030\n",
		        name);
		free(out);
		return 1;
	}
	out->to = file_open(path, &beside);
	if (out->to == NULL) {
		free(beside);
		free(out);
		return 1;
	}
	if (encoding == CSV_GB18030)
		out->iconv = iconv_open("GB18030", "UTF-8");
	ENSURE(encoding == CSV_UTF8 || out->iconv != (iconv_t)-1);
	out->text = open_memstream(&out->text_at, &out->text_len);
	ENSURE(out->text != NULL);
	arena_init(&out->arena, out->scratch, SCRATCH_LEN);
	/* What goes out at once is on record before it does; a file, before it has its name. */
	ok = (beside != NULL || noted(cell, out)) && write_all(cell, out) && (beside == NULL || noted(cell, out));
	ok = file_close(out->to, path, beside, ok) && ok;
	if (ok && beside != NULL)
		printf("%zu rows in %s%s\n", out->rows, path, o->with_private ? "" : "; without what is private");
	(void)fclose(out->text);
	if (out->iconv != (iconv_t)-1)
		(void)iconv_close(out->iconv);
	ok = ok && out->unread == 0;
	free(out->text_at);
	free(beside);
	free(out);
	return !ok;
}
