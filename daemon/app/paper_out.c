/* paper_out.c - the sheet as plain text for any printer, or as a page that a browser prints. */
#include "app/paper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char STYLE[] =
	"body{font:10.5pt/1.35 \"Noto Sans CJK SC\",\"Microsoft YaHei\",sans-serif;color:#000;background:#fff;margin:10mm}"
	"h1{font-size:15pt;margin:0}h2{font-size:12.5pt;border-bottom:1.5pt solid #000;margin:6mm 0 2mm}"
	"h3{font-size:11pt;margin:3mm 0 0}section{break-inside:avoid}dl{display:grid;grid-template-columns:26mm "
	"1fr;margin:0}"
	"dt{color:#333}dd{margin:0;white-space:pre-wrap}table{border-collapse:collapse;width:100%}th,td{border:.5pt solid "
    "#555;padding:1mm;"
	"text-align:left;vertical-align:top}tr{break-inside:avoid}.blank td{height:9mm}.secret{font-weight:bold}";

static bool html(const struct paper *p)
{
	return p->head.form == PAPER_HTML;
}

#define GROW 16384

static void take(struct paper *p, const char *at, size_t len)
{
	if (p->failed || p->len + len >= PAPER_BYTES_MAX) {
		p->failed = true;
		return;
	}
	if (p->len + len + 1 > p->size) {
		size_t size = 2 * p->size + len + GROW;
		char *more = realloc(p->text, size);

		if (more == NULL) {
			p->failed = true;
			return;
		}
		p->text = more;
		p->size = size;
	}
	memcpy(p->text + p->len, at, len);
	p->len += len;
	p->text[p->len] = '\0';
}

void paper_raw(struct paper *p, const char *text)
{
	take(p, text, strlen(text));
}

/* What stands in records is somebody else's: no mark-up on a page, no control sequence on a terminal or printer. */
static void put(struct paper *p, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		unsigned char c = (unsigned char)*at;
		char plain = c < ' ' || c == 127 ? ' ' : (char)c;

		if (html(p) && (c == '<' || c == '>' || c == '&' || c == '"'))
			paper_raw(p, c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : "&quot;");
		else
			take(p, &plain, 1);
	}
}

void paper_open(struct paper *p, const char *title, const char *about)
{
	const char *secret = paper_word(p->head.lang, PAPER_SECRET);

	if (!html(p)) {
		put(p, title);
		paper_raw(p, "    ");
		put(p, secret);
		paper_raw(p, "\n");
		put(p, about);
		paper_raw(p, "\n");
		return;
	}
	paper_raw(p,
	          p->head.lang == PAPER_ZH ? "<!doctype html><html lang=\"zh-CN\">" : "<!doctype html><html lang=\"en\">");
	paper_raw(p, "<head><meta charset=\"utf-8\"><title>");
	put(p, title);
	paper_raw(p, "</title>");
	if (p->head.style == NULL) {
		paper_raw(p, "<style>");
		paper_raw(p, STYLE);
		paper_raw(p, "</style>");
	} else {
		paper_raw(p, "<link rel=\"stylesheet\" href=\"");
		put(p, p->head.style);
		paper_raw(p, "\">");
	}
	paper_raw(p, "</head><body><header><h1>");
	put(p, title);
	paper_raw(p, "</h1><p class=\"secret\">");
	put(p, secret);
	paper_raw(p, "</p><p>");
	put(p, about);
	paper_raw(p, "</p></header><main>\n");
}

void paper_section_end(struct paper *p)
{
	if (p->rows && html(p))
		paper_raw(p, "</tbody></table>\n");
	p->rows = false;
}

void paper_heading(struct paper *p, const char *text)
{
	char number[16];

	paper_section_end(p);
	p->section++;
	snprintf(number, sizeof number, "%" PRIu32 ". ", p->section);
	if (html(p)) {
		paper_raw(p, "<h2>");
		paper_raw(p, number);
		put(p, text);
		paper_raw(p, "</h2>\n");
		return;
	}
	paper_raw(p, "\n");
	paper_raw(p, number);
	put(p, text);
	paper_raw(p, "\n--------------------------------------------------------------------------------\n");
}

void paper_line(struct paper *p, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	if (html(p)) {
		paper_raw(p, "<dl><dt>");
		put(p, label);
		paper_raw(p, "</dt><dd>");
		put(p, text);
		paper_raw(p, "</dd></dl>\n");
		return;
	}
	paper_raw(p, "    ");
	put(p, label);
	paper_raw(p, ": ");
	put(p, text);
	paper_raw(p, "\n");
}

void paper_note(struct paper *p, const char *text)
{
	paper_raw(p, html(p) ? "<p>" : "    ");
	put(p, text);
	paper_raw(p, html(p) ? "</p>\n" : "\n");
}

void paper_table(struct paper *p, size_t count, const char *const *columns)
{
	paper_section_end(p);
	p->rows = true;
	if (!html(p)) {
		paper_row(p, count, columns);
		return;
	}
	paper_raw(p, "<table><thead><tr>");
	for (size_t i = 0; i < count; i++) {
		paper_raw(p, "<th scope=\"col\">");
		put(p, columns[i]);
		paper_raw(p, "</th>");
	}
	paper_raw(p, "</tr></thead><tbody>\n");
}

void paper_row(struct paper *p, size_t count, const char *const *cells)
{
	bool blank = true; /* to be filled in by hand */

	for (size_t i = 0; i < count; i++)
		blank = blank && cells[i][0] == '\0';
	if (html(p))
		paper_raw(p, blank ? "<tr class=\"blank\">" : "<tr>");
	for (size_t i = 0; i < count; i++) {
		paper_raw(p, html(p) ? "<td>" : i == 0 ? "    " : " | ");
		put(p, cells[i][0] == '\0' && !html(p) ? "-" : cells[i]);
		if (html(p))
			paper_raw(p, "</td>");
	}
	paper_raw(p, html(p) ? "</tr>\n" : "\n");
}

void paper_close(struct paper *p)
{
	paper_section_end(p);
	if (html(p))
		paper_raw(p, "</main></body></html>\n");
}
