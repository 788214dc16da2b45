#include "authd/server.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <sodium.h>

/* Small: what waits here is not yet in our queue, and nobody should wait for a helper that stands still. */
#define BACKLOG 16
#define UNREAD_MAX 65536

enum job_state { JOB_FREE, JOB_WAITS, JOB_RUNS, JOB_DONE };

struct job {
	enum job_state state;
	uint64_t number; /* in order of arrival */
	size_t client;   /* index */
	uint64_t client_generation;
	uint64_t id;
	enum authd_op op;
	size_t password_len;
	char password[AUTHD_PASSWORD_MAX];
	char hash[crypto_pwhash_STRBYTES];
	enum authd_status status;
};

struct client {
	struct bufferevent *link; /* NULL = free */
	uint64_t generation;
	struct authd *authd;
};

struct authd {
	struct authd_config config;
	struct event_base *base;
	struct evconnlistener *listener;
	struct client clients[CLIENTS_MAX];
	char nobody[crypto_pwhash_STRBYTES]; /* stands in for accounts that do not exist */
	pthread_t workers[WORKERS];
	int workers_started;
	int done_fd;
	struct event *done;
	/* Shared with the workers. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping;
	uint64_t newest;
	struct job jobs[AUTHD_QUEUE_MAX + WORKERS];
};

static void job_run(const struct authd *a, struct job *job)
{
	if (job->op == AUTHD_HASH) {
		job->status =
			crypto_pwhash_str(job->hash, job->password, job->password_len, a->config.ops, a->config.memory) == 0
				? AUTHD_YES
				: AUTHD_FAILED;
		return;
	}
	if (job->hash[0] == '\0') {
		job->status = AUTHD_NO;
		/* The answer is no; the work is done for the time it takes. */
		if (crypto_pwhash_str_verify(a->nobody, job->password, job->password_len) == 0)
			job->status = AUTHD_NO;
		return;
	}
	job->status = crypto_pwhash_str_verify(job->hash, job->password, job->password_len) == 0 ? AUTHD_YES : AUTHD_NO;
}

/* The oldest job that waits, or NULL. With the lock held. */
static struct job *job_next(struct authd *a)
{
	struct job *next = NULL;

	for (size_t i = 0; i < COUNT_OF(a->jobs); i++) {
		struct job *job = &a->jobs[i];

		if (job->state == JOB_WAITS && (next == NULL || job->number < next->number))
			next = job;
	}
	return next;
}

static void *worker(void *arg)
{
	struct authd *a = arg;
	struct job *job;

	pthread_mutex_lock(&a->lock);
	while (!a->stopping) {
		job = job_next(a);
		if (job == NULL) {
			pthread_cond_wait(&a->wake, &a->lock);
			continue;
		}
		job->state = JOB_RUNS;
		pthread_mutex_unlock(&a->lock);
		job_run(a, job);
		sodium_memzero(job->password, sizeof job->password);
		pthread_mutex_lock(&a->lock);
		job->state = JOB_DONE;
		if (eventfd_write(a->done_fd, 1) != 0)
			abort();
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void client_drop(struct client *c)
{
	struct authd *a = c->authd;

	if (c->link == NULL)
		return;
	bufferevent_free(c->link);
	c->link = NULL;
	/* What it asked and nobody has begun is of no use any more. */
	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < COUNT_OF(a->jobs); i++) {
		struct job *job = &a->jobs[i];

		if (job->state == JOB_WAITS && job->client == (size_t)(c - a->clients) &&
		    job->client_generation == c->generation) {
			sodium_memzero(job->password, sizeof job->password);
			job->state = JOB_FREE;
		}
	}
	pthread_mutex_unlock(&a->lock);
}

static void client_tell(struct client *c, const struct authd_answer *answer)
{
	uint8_t frame[AUTHD_FRAME_MAX + 2];
	struct buf out = buf_of(frame, sizeof frame);

	authd_put_answer(&out, answer);
	ENSURE(!out.overflow);
	if (bufferevent_write(c->link, frame, out.len) != 0 ||
	    evbuffer_get_length(bufferevent_get_output(c->link)) > UNREAD_MAX)
		client_drop(c);
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct authd *a = arg;
	eventfd_t n;

	(void)what;
	if (eventfd_read(fd, &n) != 0)
		return;
	for (size_t i = 0; i < COUNT_OF(a->jobs); i++) {
		struct job *job = &a->jobs[i], copy;
		struct client *c;

		/* One that is running is a worker's: not even to be looked at but for its state. */
		pthread_mutex_lock(&a->lock);
		if (job->state != JOB_DONE) {
			pthread_mutex_unlock(&a->lock);
			continue;
		}
		copy = *job;
		job->state = JOB_FREE;
		pthread_mutex_unlock(&a->lock);
		c = &a->clients[copy.client];
		if (c->link != NULL && c->generation == copy.client_generation)
			client_tell(c, &(struct authd_answer){
							   .id = copy.id,
							   .status = copy.status,
							   .hash = slice_str(copy.op == AUTHD_HASH && copy.status == AUTHD_YES ? copy.hash : "")});
	}
}

static bool job_add(struct authd *a, const struct client *c, const struct authd_question *q)
{
	struct job *job = NULL;
	size_t waiting = 0;

	pthread_mutex_lock(&a->lock);
	for (size_t i = 0; i < COUNT_OF(a->jobs); i++) {
		waiting += a->jobs[i].state == JOB_WAITS;
		if (a->jobs[i].state == JOB_FREE)
			job = &a->jobs[i];
	}
	if (job != NULL && waiting < AUTHD_QUEUE_MAX) {
		job->state = JOB_WAITS;
		job->number = ++a->newest;
		job->client = (size_t)(c - a->clients);
		job->client_generation = c->generation;
		job->id = q->id;
		job->op = q->op;
		job->password_len = q->password.len;
		if (q->password.len != 0)
			memcpy(job->password, q->password.at, q->password.len);
		if (!text_copy(job->hash, sizeof job->hash, q->hash))
			job->hash[0] = '\0';
		pthread_cond_signal(&a->wake);
	} else {
		job = NULL;
	}
	pthread_mutex_unlock(&a->lock);
	return job != NULL;
}

static void on_read(struct bufferevent *link, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(link);
	struct client *c = arg;

	while (c->link != NULL) {
		size_t len = evbuffer_get_length(in);
		struct authd_question q;
		uint64_t id;
		uint8_t *at;
		bool taken;
		long n;

		if (len > AUTHD_FRAME_MAX + 2)
			len = AUTHD_FRAME_MAX + 2;
		at = evbuffer_pullup(in, (ssize_t)len);
		n = authd_take_question(slice_of(at, len), &q);
		if (n == 0)
			return;
		if (n < 0) {
			fprintf(stderr, "<4>ev=authd_bad_question\n");
			client_drop(c);
			return;
		}
		id = q.id;
		taken = job_add(c->authd, c, &q);
		sodium_memzero(at, (size_t)n);
		evbuffer_drain(in, (size_t)n);
		if (!taken)
			client_tell(c, &(struct authd_answer){.id = id, .status = AUTHD_BUSY});
	}
}

static void on_end(struct bufferevent *link, short what, void *arg)
{
	(void)link;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		client_drop(arg);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address, int len, void *arg)
{
	struct authd *a = arg;

	(void)listener;
	(void)address;
	(void)len;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &a->clients[i];

		if (c->link != NULL)
			continue;
		c->link = bufferevent_socket_new(a->base, fd, BEV_OPT_CLOSE_ON_FREE);
		if (c->link == NULL)
			break;
		c->authd = a;
		c->generation++;
		bufferevent_setcb(c->link, on_read, NULL, on_end, c);
		bufferevent_enable(c->link, EV_READ | EV_WRITE);
		return;
	}
	fprintf(stderr, "<4>ev=authd_full\n");
	close(fd);
}

/* 0, or errno. */
static int listen_on(const char *path, int *ret)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, bound, err;
	mode_t mask;

	if (!text_copy(address.sun_path, sizeof address.sun_path, slice_str(path)))
		return ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN) {
		close(fd);
		return EADDRINUSE;
	}
	if (errno == ECONNREFUSED) /* left by a run that ended; anything else that stands there is not ours to remove */
		unlink(path);
	mask = umask(0117);
	bound = bind(fd, (struct sockaddr *)&address, sizeof address);
	err = errno;
	umask(mask);
	if (bound != 0 || listen(fd, BACKLOG) != 0) {
		close(fd);
		return bound != 0 ? err : errno;
	}
	*ret = fd;
	return 0;
}

struct authd *authd_new(struct event_base *base, const struct authd_config *config, char why[256])
{
	struct authd *a = calloc(1, sizeof *a);
	char password[32];
	int fd = -1, err;

	if (a == NULL) {
		snprintf(why, 256, "no memory");
		return NULL;
	}
	a->config = *config;
	a->base = base;
	a->done_fd = -1;
	if (a->config.ops == 0)
		a->config.ops = crypto_pwhash_OPSLIMIT_INTERACTIVE;
	if (a->config.memory == 0)
		a->config.memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->wake, NULL);

	err = listen_on(config->path, &fd);
	if (err != 0) {
		snprintf(why, 256, "%.150s: %s", config->path, strerror(err));
		authd_free(a);
		return NULL;
	}
	randombytes_buf(password, sizeof password);
	a->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	a->listener = evconnlistener_new(base, on_accept, a, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	ENSURE(a->done_fd >= 0 && a->listener != NULL);
	a->done = event_new(base, a->done_fd, EV_READ | EV_PERSIST, on_done, a);
	ENSURE(a->done != NULL && event_add(a->done, NULL) == 0);
	if (crypto_pwhash_str(a->nobody, password, sizeof password, a->config.ops, a->config.memory) != 0) {
		snprintf(why, 256, "not enough memory to hash a password");
		authd_free(a);
		return NULL;
	}
	for (int i = 0; i < WORKERS; i++) {
		if (pthread_create(&a->workers[i], NULL, worker, a) != 0) {
			snprintf(why, 256, "can't start a thread");
			authd_free(a);
			return NULL;
		}
		a->workers_started++;
	}
	return a;
}

void authd_free(struct authd *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_broadcast(&a->wake);
	pthread_mutex_unlock(&a->lock);
	for (int i = 0; i < a->workers_started; i++)
		pthread_join(a->workers[i], NULL);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_drop(&a->clients[i]);
	if (a->listener != NULL) {
		evconnlistener_free(a->listener);
		unlink(a->config.path);
	}
	if (a->done != NULL)
		event_free(a->done);
	if (a->done_fd >= 0)
		close(a->done_fd);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->wake);
	sodium_memzero(a, sizeof *a);
	free(a);
}
