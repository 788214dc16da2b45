#include "io/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/snapshot_file.h"

#define PATH_LEN 512
#define FIRST_EVERY_S 2 /* after a start, until the store is there and the first one is written */
#define SNAPSHOT_RETRY_MS 1000
#define SNAPSHOT_RETRY_MAX_MS 60000 /* each try copies the daemon's page tables: no press waits for that every second */
#define CHILD_FD 3                  /* where a child says how it went */

/* What a child says, in one write: smaller than PIPE_BUF. */
struct report {
	int error; /* 0 = written */
	uint64_t records, bytes;
};

struct snapshot {
	char path[PATH_LEN], aside[PATH_LEN + 8], folder[PATH_LEN];
	char cell[32];
	uint32_t every_s;
	uint8_t key[SNAPSHOT_KEY_LEN];
	struct event_base *base;
	struct snapshot_source source;
	struct clock *clock;
	struct log *log;
	struct metrics *metrics;
	struct event *timer;
	struct event *told; /* the child's words, or its end; NULL while none is at work */
	int child_fd;
	pid_t child; /* 0 = none */
	int64_t child_since_ms;
	uint64_t writing_entry; /* log entry as of which the one being written stands */
	bool wished;            /* somebody wants one that is begun after now */
	bool for_wish;          /* the one being written is for them */
	int64_t retry_ms;       /* not before; a wish that failed comes again */
	int64_t pause_ms;       /* that it waits when it fails once more; 0 = the last one was written */
	bool first; /* none was written since the start: what lies there may know homes that are erased by now */
	struct snapshot_stats stats;
};

static void on_timer(evutil_socket_t fd, short what, void *arg);

/* ------------------------------------------------------------ the key */

static bool key_read(const char *path, uint8_t key[SNAPSHOT_KEY_LEN], char why[SNAPSHOT_WHY_MAX])
{
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return snapshot_key_make(path, key, why, SNAPSHOT_WHY_MAX);
	return snapshot_key_read(path, key, why, SNAPSHOT_WHY_MAX);
}

/* ------------------------------------------------------------ writing */

static void each_record(void *ctx, const struct store_record *record)
{
	snapshot_write_record(ctx, record);
}

/* In a child or, at the end, in the daemon itself. */
static void write_file(struct snapshot *s, ms_t saved_ms, struct report *ret)
{
	static struct snapshot_writer w; /* 64 KiB: not for a stack */
	int fd = open(s->aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	int folder;

	*ret = (struct report){.error = errno};
	if (fd < 0)
		return;
	snapshot_write_begin(&w, fd, s->key, s->cell, saved_ms);
	s->source.records(s->source.ctx, each_record, &w);
	ret->error = snapshot_write_end(&w) ? 0 : w.error;
	if (ret->error == 0 && (fchmod(fd, 0600) < 0 || fsync(fd) < 0))
		ret->error = errno;
	if (close(fd) < 0 && ret->error == 0)
		ret->error = errno;
	if (ret->error == 0 && rename(s->aside, s->path) < 0)
		ret->error = errno;
	if (ret->error != 0) {
		unlink(s->aside);
		return;
	}
	/* The new name, too, must outlive a power cut. */
	folder = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0) {
		(void)fsync(folder);
		close(folder);
	}
	ret->records = w.records;
	ret->bytes = w.bytes;
}

static void ended(struct snapshot *s, const struct report *r)
{
	if (r->error == 0) {
		s->pause_ms = 0;
		s->stats.saved++;
		s->stats.records = r->records;
		s->stats.bytes = r->bytes;
		s->stats.entry = s->writing_entry;
		if (s->metrics != NULL)
			metric_add(s->metrics, METRIC_SNAPSHOT_SAVED, 1);
		log_line(s->log, "SNAPSHOT_SAVED", "records=%" PRIu64 " bytes=%" PRIu64 " fork_us=%" PRId64, r->records,
		         r->bytes, s->stats.fork_us);
		return;
	}
	s->stats.failed++;
	if (s->for_wish) {
		s->wished = true;
		s->pause_ms = s->pause_ms == 0                          ? SNAPSHOT_RETRY_MS
		              : 2 * s->pause_ms < SNAPSHOT_RETRY_MAX_MS ? 2 * s->pause_ms
		                                                        : SNAPSHOT_RETRY_MAX_MS;
		s->retry_ms = clock_mono(s->clock).ms + s->pause_ms;
	}
	if (s->metrics != NULL)
		metric_add(s->metrics, METRIC_SNAPSHOT_FAILED, 1);
	log_line(s->log, "SNAPSHOT_FAILED", "errno=%d", r->error);
}

/* The child has spoken, or has ended without a word. */
static void reap(struct snapshot *s, struct report *r)
{
	if (read(s->child_fd, r, sizeof *r) != sizeof *r)
		*r = (struct report){.error = ECHILD};
	event_free(s->told);
	s->told = NULL;
	close(s->child_fd);
	/* It exits right after its last word, or was killed: this does not wait. */
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		continue;
	s->child = 0;
}

static void on_told(evutil_socket_t fd, short what, void *arg)
{
	struct snapshot *s = arg;
	struct report r;

	(void)fd;
	(void)what;
	reap(s, &r);
	ended(s, &r);
	snapshot_turn(s);
}

static void give_up_child(struct snapshot *s)
{
	struct report r;

	if (s->child == 0)
		return;
	kill(s->child, SIGKILL);
	reap(s, &r);
	unlink(s->aside);
}

_Noreturn static void child_main(struct snapshot *s, int fd, pid_t parent, ms_t saved_ms)
{
	struct report r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	/* Every connection of the daemon would stay half open as long as we hold it. */
	if (fd != CHILD_FD && dup2(fd, CHILD_FD) < 0)
		_exit(1);
	if (close_range(CHILD_FD + 1, ~0u, 0) < 0)
		_exit(1);
	(void)setpriority(PRIO_PROCESS, 0, 10);
	write_file(s, saved_ms, &r);
	_exit(write(CHILD_FD, &r, sizeof r) == sizeof r ? 0 : 1);
}

static void write_in_child(struct snapshot *s)
{
	int64_t begun_ns = clock_precise_ns(s->clock);
	pid_t parent = getpid();
	int fds[2];

	s->for_wish = s->wished;
	s->wished = false;
	s->writing_entry = s->source.newest == NULL ? 0 : s->source.newest(s->source.ctx);
	if (pipe2(fds, O_CLOEXEC) < 0) {
		ended(s, &(struct report){.error = errno});
		return;
	}
	s->child = fork();
	if (s->child == 0)
		child_main(s, fds[1], parent, clock_now(s->clock)->store_ms);
	close(fds[1]);
	s->stats.fork_us = (clock_precise_ns(s->clock) - begun_ns) / 1000;
	if (s->child < 0) {
		s->child = 0;
		close(fds[0]);
		ended(s, &(struct report){.error = errno});
		return;
	}
	s->child_fd = fds[0];
	s->child_since_ms = clock_mono(s->clock).ms;
	s->told = event_new(s->base, fds[0], EV_READ, on_told, s);
	ENSURE(s->told != NULL && event_add(s->told, NULL) == 0);
}

static void every(struct snapshot *s, uint32_t seconds)
{
	struct timeval tv = {.tv_sec = seconds};

	event_add(s->timer, &tv);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct snapshot *s = arg;

	(void)fd;
	(void)what;
	if (s->child != 0) {
		if (clock_mono(s->clock).ms - s->child_since_ms < SNAPSHOT_WRITE_MAX_MS)
			return;
		give_up_child(s);
		ended(s, &(struct report){.error = ETIMEDOUT});
	}
	if (!s->source.current(s->source.ctx))
		return;
	write_in_child(s);
	if (s->first) {
		s->first = false;
		every(s, s->every_s);
	}
}

void snapshot_turn(struct snapshot *s)
{
	if (s->wished && s->child == 0 && clock_mono(s->clock).ms >= s->retry_ms && s->source.current(s->source.ctx))
		write_in_child(s);
}

void snapshot_now(struct snapshot *s)
{
	s->wished = true;
	s->retry_ms = 0;
	snapshot_turn(s);
}

bool snapshot_save(struct snapshot *s)
{
	struct report r;

	give_up_child(s);
	if (!s->source.current(s->source.ctx))
		return false;
	s->stats.fork_us = 0;
	s->writing_entry = s->source.newest == NULL ? 0 : s->source.newest(s->source.ctx);
	write_file(s, clock_now(s->clock)->store_ms, &r);
	ended(s, &r);
	return r.error == 0;
}

/* ------------------------------------------------------------ reading */

bool snapshot_load(struct snapshot *s)
{
	const struct store_sink *sink = &s->source.sink;
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);
	const char *wrong;
	ms_t saved_ms = 0;
	int64_t age_ms;

	if (fd < 0 && errno == ENOENT)
		return false; /* the first start */
	/* Looked through once before a word of it is said: a file that is cut at its end must not be half believed. */
	wrong = fd < 0 ? strerror(errno) : snapshot_read(fd, s->key, s->cell, NULL, NULL, &saved_ms);
	if (wrong == NULL && lseek(fd, 0, SEEK_SET) != 0)
		wrong = strerror(errno);
	if (wrong == NULL) {
		age_ms = clock_now(s->clock)->store_ms - saved_ms;
		sink->load_begin(sink->ctx);
		/* The same bytes again; whoever changed them in between is caught by the seal, and then what was read is
		 * still what was saved once. */
		wrong = snapshot_read(fd, s->key, s->cell, sink->load_record, sink->ctx, &saved_ms);
		sink->load_end(sink->ctx, 0, 0, age_ms > 0 ? age_ms : 1);
		log_line(s->log, "SNAPSHOT_LOADED", "age_ms=%" PRId64, age_ms);
	}
	if (fd >= 0)
		close(fd);
	if (wrong == NULL)
		return true;
	s->stats.refused++;
	if (s->metrics != NULL)
		metric_add(s->metrics, METRIC_SNAPSHOT_FAILED, 1);
	log_line(s->log, "SNAPSHOT_REFUSED", "reason=\"%s\"", wrong);
	return false;
}

/* ------------------------------------------------------------ life */

struct snapshot *snapshot_new(struct event_base *base, const struct snapshot_config *config,
                              const struct snapshot_source *source, struct clock *clock, struct log *log,
                              struct metrics *metrics, char why[SNAPSHOT_WHY_MAX])
{
	struct snapshot *s = calloc(1, sizeof *s);
	const char *slash;

	if (s == NULL) {
		snprintf(why, SNAPSHOT_WHY_MAX, "no memory");
		return NULL;
	}
	s->base = base;
	s->source = *source;
	s->clock = clock;
	s->log = log;
	s->metrics = metrics;
	s->every_s = config->every_s;
	if (!text_copy(s->path, sizeof s->path, slice_str(config->path)) || s->path[0] == '\0' ||
	    !text_copy(s->cell, sizeof s->cell, slice_str(config->cell))) {
		snprintf(why, SNAPSHOT_WHY_MAX, "path or cell too long");
		goto fail;
	}
	snprintf(s->aside, sizeof s->aside, "%s.new", s->path);
	slash = strrchr(s->path, '/');
	snprintf(s->folder, sizeof s->folder, "%.*s", slash == NULL ? 1 : (int)(slash - s->path + (slash == s->path)),
	         slash == NULL ? "." : s->path);
	if (!key_read(config->key_file, s->key, why))
		goto fail;
	s->timer = event_new(base, -1, EV_PERSIST, on_timer, s);
	if (s->timer == NULL) {
		snprintf(why, SNAPSHOT_WHY_MAX, "no memory");
		goto fail;
	}
	return s;
fail:
	snapshot_free(s);
	return NULL;
}

void snapshot_start(struct snapshot *s)
{
	s->first = true;
	every(s, s->every_s < FIRST_EVERY_S ? s->every_s : FIRST_EVERY_S);
}

void snapshot_free(struct snapshot *s)
{
	if (s == NULL)
		return;
	give_up_child(s);
	if (s->timer != NULL)
		event_free(s->timer);
	sodium_memzero(s->key, sizeof s->key);
	free(s);
}

void snapshot_stats(const struct snapshot *s, struct snapshot_stats *ret)
{
	*ret = s->stats;
	ret->writing = s->child != 0;
}
