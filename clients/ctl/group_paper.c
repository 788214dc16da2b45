#include "command.h"

static int do_paper(struct cell *cell, const struct options *o)
{
	struct paper_options paper = o->paper;

	(void)cell;
	paper.config = o->config;
	paper.redis = o->redis;
	paper.cell = o->cell;
	return paper_run(&paper);
}

static const struct command COMMANDS[] = {
	{"paper", "", "the open calls and the roster for a printer, also without Redis", "html lang with-health snapshot",
     do_paper,
     "paper | lp\n"
     "paper --html > calls.html\n"
     "paper --snapshot --lang en",
     NEEDS_CONFIG},
};

static const struct option_row OPTIONS[] = {
	{"html", NULL, NULL, FLAG(paper.html), "a page for a browser to print (else plain text)"},
	{"lang", "LANGUAGE", "zh en", TEXT(paper.lang), "zh or en (zh)"},
	{"with-health", NULL, NULL, FLAG(paper.health), "also health notes"},
	{"snapshot", NULL, NULL, FLAG(paper.snapshot), "the local snapshot, even if Redis answers"},
};

const struct group GROUP_PAPER = {
	"On paper",
	"The open calls with addresses, door codes and telephone numbers, who is on call, who is on duty, the stations, "
	"and lines for calls that come in meanwhile. When Redis does not answer: out of this machine's local snapshot "
	"(snapshot.path of the configuration), and the sheet says how old that is.",
	COMMANDS,
	COUNT_OF(COMMANDS),
	OPTIONS,
	COUNT_OF(OPTIONS)};
