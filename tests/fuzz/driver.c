/* driver.c - runs a fuzz target in the normal test, for a bounded number of inputs.
 *
 * Owns:   the inputs: first every file of the corpus as it is, then seeded mutations of them.
 * Knows:  nothing of the target but LLVMFuzzerTestOneInput().
 * Result: exit 0 and one line with the count; a finding is a crash, a sanitizer's report or an
 *         abort() of the target's oracle. The input at work then is written beside the binary's
 *         working directory as crash-TARGET-SEED, and its number is printed.
 * Bounds: --runs N mutated inputs (default RUNS, or $FUZZ_RUNS), each at most INPUT_MAX bytes;
 *         CORPUS_MAX files. The same seed gives the same inputs.
 *
 * usage: fuzz_x [--runs N] [--seed N] [CORPUS_DIR | FILE]...
 * A file named "dictionary" in a corpus folder holds one token a line, written as in C strings
 * (\n, \r, \\, \xHH); mutations insert them.
 */
#include <dirent.h>
#include <fcntl.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

enum {
	RUNS = 100000,
	INPUT_MAX = 20480, /* past every limit of ours: frames are 4 KiB, records 16 KiB */
	CORPUS_MAX = 1024,
	TOKENS_MAX = 256,
	TOKEN_LEN_MAX = 64,
	STEPS_MAX = 8,
};

struct input {
	uint8_t *at;
	size_t len;
};

static struct input corpus[CORPUS_MAX];
static size_t corpus_count;
static struct input tokens[TOKENS_MAX];
static size_t tokens_count;

/* What the target has in hands now, for whoever must look at a crash. */
static const uint8_t *now_at;
static size_t now_len;
static uint64_t now_number;
static uint64_t seed = 1;
static const char *program;

static uint64_t state;

static uint64_t rnd(void)
{
	uint64_t z = (state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t below(size_t n)
{
	return n == 0 ? 0 : (size_t)(rnd() % n);
}

static _Noreturn void fail(const char *what, const char *path)
{
	fprintf(stderr, "%s: %s: %s\n", program, path, what);
	exit(2);
}

/* Runs in a dying process: only system calls. */
static void keep_input(void)
{
	char path[128];
	int fd;

	if (now_at == NULL)
		return;
	(void)snprintf(path, sizeof path, "crash-%.60s-%" PRIu64, program, seed);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, now_at, now_len) != (ssize_t)now_len)
		(void)unlink(path);
	(void)close(fd);
	dprintf(STDERR_FILENO, "%s: input %" PRIu64 " of seed %" PRIu64 " kept as %s\n", program, now_number, seed, path);
}

static void on_signal(int sig)
{
	keep_input();
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

static struct input read_file(const char *path)
{
	struct input in = {.at = malloc(INPUT_MAX)};
	FILE *f = fopen(path, "rb");

	if (f == NULL || in.at == NULL)
		fail("cannot read", path);
	in.len = fread(in.at, 1, INPUT_MAX, f);
	if (ferror(f) || fgetc(f) != EOF)
		fail("cannot read, or longer than INPUT_MAX", path);
	(void)fclose(f);
	return in;
}

static void add_token(const char *line)
{
	struct input *t = &tokens[tokens_count];

	if (tokens_count == TOKENS_MAX || line[0] == '\0' || line[0] == '#')
		return;
	t->at = malloc(TOKEN_LEN_MAX);
	if (t->at == NULL)
		fail("no memory", "dictionary");
	t->len = 0;
	for (const char *c = line; *c != '\0' && t->len < TOKEN_LEN_MAX; c++) {
		unsigned value = (unsigned char)*c;

		if (*c == '\\' && c[1] == 'x' && sscanf(c + 2, "%2x", &value) == 1)
			c += 3;
		else if (*c == '\\' && c[1] != '\0')
			value = *++c == 'n' ? '\n' : *c == 'r' ? '\r' : *c == '0' ? '\0' : (unsigned char)*c;
		t->at[t->len++] = (uint8_t)value;
	}
	tokens_count++;
}

static void read_dictionary(const char *path)
{
	char line[512];
	FILE *f = fopen(path, "r");

	if (f == NULL)
		fail(strerror(errno), path);
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		add_token(line);
	}
	(void)fclose(f);
}

static void add_file(const char *path)
{
	if (corpus_count == CORPUS_MAX)
		fail("more than CORPUS_MAX inputs", path);
	corpus[corpus_count++] = read_file(path);
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

/* In the order of the names, so that a seed means the same on every machine. */
static void add_folder(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, visible, alphasort);

	if (n < 0)
		return; /* a target without a corpus starts from nothing */
	for (int i = 0; i < n; i++) {
		char path[4096];

		(void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		if (strcmp(entries[i]->d_name, "dictionary") == 0)
			read_dictionary(path);
		else
			add_file(path);
		free(entries[i]);
	}
	free(entries);
}

/* The target gets an allocation of exactly len bytes, so that a read past the end is seen. */
static void run(const uint8_t *at, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL)
		fail("no memory", "input");
	memcpy(copy, at, len);
	now_at = copy;
	now_len = len;
	now_number++;
	(void)LLVMFuzzerTestOneInput(copy, len);
	now_at = NULL;
	free(copy);
}

static size_t insert(uint8_t *buf, size_t len, const uint8_t *what, size_t what_len)
{
	size_t at = below(len + 1);

	if (len + what_len > INPUT_MAX)
		return len;
	memmove(buf + at + what_len, buf + at, len - at);
	memmove(buf + at, what, what_len);
	return len + what_len;
}

static size_t mutate_once(uint8_t *buf, size_t len)
{
	static const uint8_t EDGES[] = {0x00, 0x01, 0x7f, 0x80, 0xff, '0', '9', '"', '[', ']', '|', '\n', '\r'};
	uint8_t piece[256];
	size_t at = below(len);
	size_t n;

	switch (rnd() % 9) {
	case 0: /* one bit */
		if (len > 0)
			buf[at] ^= (uint8_t)(1u << (rnd() & 7));
		return len;
	case 1: /* one byte */
		if (len > 0)
			buf[at] = (uint8_t)rnd();
		return len;
	case 2: /* one byte that means something */
		if (len > 0)
			buf[at] = EDGES[below(sizeof EDGES)];
		return len;
	case 3: /* cut the end off */
		return below(len + 1);
	case 4: /* take a piece out */
		n = below(len - at + (len > 0));
		memmove(buf + at, buf + at + n, len - at - n);
		return len - n;
	case 5: /* repeat a piece */
		n = below(len - at + (len > 0));
		if (n > sizeof piece)
			n = sizeof piece;
		memcpy(piece, buf + at, n);
		return insert(buf, len, piece, n);
	case 6: /* noise */
		n = 1 + below(16);
		for (size_t i = 0; i < n; i++)
			piece[i] = (uint8_t)rnd();
		return insert(buf, len, piece, n);
	case 7: /* a word of the language */
		if (tokens_count > 0) {
			const struct input *t = &tokens[below(tokens_count)];
			return insert(buf, len, t->at, t->len);
		}
		return len;
	default: /* a piece of another input */
		if (corpus_count > 0) {
			const struct input *other = &corpus[below(corpus_count)];
			size_t from = below(other->len);
			n = below(other->len - from + (other->len > 0));
			return insert(buf, len, other->at + from, n);
		}
		return len;
	}
}

static void run_mutated(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t len = 0;

	if (corpus_count > 0) {
		const struct input *in = &corpus[below(corpus_count)];
		memcpy(buf, in->at, in->len);
		len = in->len;
	}
	for (size_t steps = 1 + below(STEPS_MAX); steps > 0; steps--)
		len = mutate_once(buf, len);
	run(buf, len);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n;

	if (text == NULL)
		fail("needs a number", "--runs, --seed");
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || end == text)
		fail("not a number", text);
	return n;
}

static void free_all(void)
{
	for (size_t i = 0; i < corpus_count; i++)
		free(corpus[i].at);
	for (size_t i = 0; i < tokens_count; i++)
		free(tokens[i].at);
}

int main(int argc, char **argv)
{
	const char *env = getenv("FUZZ_RUNS");
	uint64_t runs = env != NULL ? number(env) : RUNS;
	static const uint8_t NOTHING[1];

	program = strrchr(argv[0], '/') != NULL ? strrchr(argv[0], '/') + 1 : argv[0];
	for (int i = 1; i < argc; i++) {
		struct stat st;

		if (strcmp(argv[i], "--runs") == 0)
			runs = number(argv[++i]);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = number(argv[++i]);
		else if (stat(argv[i], &st) == 0 && S_ISREG(st.st_mode))
			add_file(argv[i]);
		else
			add_folder(argv[i]);
	}
	if (__sanitizer_set_death_callback != NULL)
		__sanitizer_set_death_callback(keep_input);
	(void)signal(SIGABRT, on_signal);
	if (__sanitizer_set_death_callback == NULL)
		(void)signal(SIGSEGV, on_signal);

	run(NOTHING, 0);
	for (size_t i = 0; i < corpus_count; i++)
		run(corpus[i].at, corpus[i].len);
	state = seed;
	for (uint64_t i = 0; i < runs; i++)
		run_mutated();
	printf("%s: %" PRIu64 " inputs (%zu from the corpus, %zu tokens, seed %" PRIu64 "), no finding\n", program,
	       now_number, corpus_count, tokens_count, seed);
	free_all();
	return 0;
}
