/* runner.c - see runner.h. */
#include "sim/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/ensure.h"
#include "sim/seen.h"

/* What a worker shares with us. */
struct worker {
	FILE *words;             /* what it prints; emptied before each seed */
	_Atomic uint64_t seed;   /* in work; 0 = none */
	_Atomic uint64_t played; /* by all that had this place */
	uint64_t seen[SEEN_MAX];
	/* ours */
	uint64_t watched;
	double watched_at;
};

/* A seed, and what its history said last. */
struct broken {
	uint64_t seed;
	char said[512];
};

/* Ours alone: a child's copy of what is shared must not touch it. */
static pid_t pids[RUNNER_JOBS_MAX];

struct shared {
	_Atomic uint64_t next;
	_Atomic bool stop;
	struct worker workers[RUNNER_JOBS_MAX];
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of all workers that have ended: what else the machine does does not count. */
static double core_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void work(const struct runner *r, struct shared *s, struct worker *w, uint64_t (*play)(uint64_t seed))
{
	int fd = fileno(w->words);

	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	sim_seen_table = w->seen;
	while (!s->stop) {
		uint64_t n = atomic_fetch_add(&s->next, 1);

		if (n >= r->seeds)
			break;
		fflush(stdout);
		if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
			abort();
		w->seed = r->from + n;
		(void)play(r->from + n);
		w->seed = 0;
		w->played++;
	}
	exit(0);
}

static void start(const struct runner *r, struct shared *s, struct worker *w, uint64_t (*play)(uint64_t seed))
{
	pid_t pid;

	fflush(stdout);
	fflush(stderr);
	w->watched_at = seconds();
	pid = fork();
	ENSURE(pid >= 0);
	if (pid == 0)
		work(r, s, w, play);
	pids[w - s->workers] = pid;
}

static void repeat_words(FILE *words)
{
	char text[4096];
	ssize_t n;
	off_t at = 0;

	while ((n = pread(fileno(words), text, sizeof text, at)) > 0) {
		fwrite(text, 1, (size_t)n, stdout);
		at += n;
	}
}

/* The line that names the promise, for the list of seeds and the end of a run. */
static void find_promise(uint64_t seed, FILE *words, struct broken *ret)
{
	static const char *const marks[] = {"\nBROKEN ", "ERROR: ", "runtime error: ", "ensure"};
	char text[16384];
	off_t end = lseek(fileno(words), 0, SEEK_END);
	ssize_t n = pread(fileno(words), text, sizeof text - 1, end > 16000 ? end - 16000 : 0);
	const char *said = NULL;

	text[n < 0 ? 0 : n] = '\0';
	for (size_t i = 0; i < sizeof marks / sizeof marks[0] && said == NULL; i++)
		said = strstr(text, marks[i]);
	said = said != NULL && said[0] == '\n' ? said + 1 : said;
	ret->seed = seed;
	snprintf(ret->said, sizeof ret->said, "%.*s", said == NULL ? 0 : (int)strcspn(said, "\n"), said == NULL ? "" : said);
}

static uint64_t played_by_all(const struct shared *s, unsigned jobs)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < jobs; i++)
		n += s->workers[i].played;
	return n;
}

static void say_progress(const struct runner *r, uint64_t played, double took, bool last)
{
	static uint64_t said;
	uint64_t tenth = r->seeds < 10 ? 1 : r->seeds / 10;

	if (last || played / tenth == said)
		return;
	said = played / tenth;
	printf("%llu of %llu histories, %.0f s\n", (unsigned long long)played, (unsigned long long)r->seeds, took);
	fflush(stdout);
}

/* One that stands still at its seed is ended; it is then found dead like any other. */
static void watch(struct worker *w, pid_t pid)
{
	if (w->seed != w->watched) {
		w->watched = w->seed;
		w->watched_at = seconds();
	} else if (w->watched != 0 && seconds() - w->watched_at > RUNNER_SEED_S) {
		printf("seed %llu takes longer than %d s: ended\n", (unsigned long long)w->watched, RUNNER_SEED_S);
		kill(pid, SIGABRT);
		w->watched_at = seconds();
	}
}

/* Returns how many workers died; ret_first is about the first of them. */
static unsigned attend(const struct runner *r, struct shared *s, unsigned jobs, uint64_t (*play)(uint64_t seed),
                       struct broken *ret_first)
{
	const struct timespec nap = {.tv_nsec = 50000000};
	double began = seconds();
	unsigned alive = jobs, broken = 0;

	while (alive != 0) {
		for (unsigned i = 0; i < jobs; i++) {
			struct worker *w = &s->workers[i];
			struct broken found;
			int status;

			if (pids[i] == 0)
				continue;
			if (waitpid(pids[i], &status, WNOHANG) != pids[i]) {
				watch(w, pids[i]);
				continue;
			}
			pids[i] = 0;
			alive--;
			if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
				continue;
			find_promise(w->seed, w->words, &found);
			if (broken++ == 0) {
				*ret_first = found;
				repeat_words(w->words);
				printf("---- again: ./dev test sim --seed %llu\n", (unsigned long long)w->seed);
			}
			if (r->keep_going) {
				printf("seed %llu: %s\n", (unsigned long long)found.seed, found.said);
				w->played++;
				start(r, s, w, play);
				alive++;
			} else {
				s->stop = true;
			}
			fflush(stdout);
		}
		say_progress(r, played_by_all(s, jobs), seconds() - began, alive == 0);
		nanosleep(&nap, NULL);
	}
	return broken;
}

bool runner_play(const struct runner *r, uint64_t (*play)(uint64_t seed))
{
	uint64_t table[SEEN_MAX] = {0};
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned jobs = r->jobs != 0 ? r->jobs : cores < 1 ? 1 : (unsigned)cores, broken, missing;
	double began = seconds(), took;
	struct broken first = {0};
	struct shared *s;
	uint64_t played;

	if (jobs > RUNNER_JOBS_MAX)
		jobs = RUNNER_JOBS_MAX;
	if (jobs > r->seeds)
		jobs = (unsigned)r->seeds;
	s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ENSURE(s != MAP_FAILED);
	for (unsigned i = 0; i < jobs; i++) {
		s->workers[i].words = tmpfile();
		ENSURE(s->workers[i].words != NULL);
		start(r, s, &s->workers[i], play);
	}
	broken = attend(r, s, jobs, play, &first);
	took = seconds() - began;
	played = played_by_all(s, jobs);
	for (unsigned i = 0; i < jobs; i++) {
		for (size_t n = 0; n < SEEN_MAX; n++)
			table[n] += s->workers[i].seen[n];
		fclose(s->workers[i].words);
	}
	missing = sim_seen_report(table, r->seeds >= RUNNER_WHOLE);
	printf("%llu histories from seed %llu on %u cores in %.1f s, %.3f s of a core each; %u broken\n",
	       (unsigned long long)played, (unsigned long long)r->from, jobs, took,
	       played == 0 ? 0.0 : core_seconds() / (double)played, broken);
	if (r->seeds >= RUNNER_WHOLE && missing != 0)
		printf("%u faults or paths never happened: such a run proves less than it says\n", missing);
	/* Once more where nobody can miss it: what a build server shows is the end. */
	if (broken != 0)
		printf("%s\n---- again: ./dev test sim --seed %llu\n", first.said, (unsigned long long)first.seed);
	munmap(s, sizeof *s);
	return broken == 0 && played != 0 && (missing == 0 || r->seeds < RUNNER_WHOLE);
}
