/* doctor_host.c - what the machine itself must be for a daemon and a Redis: descriptors, journal, memory, copies. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "doctor.h"

#define FILES_RESERVED 64 /* as the daemon's loop */

static const char *root_of(const struct doctor *d)
{
	return d->o->root == NULL ? "" : d->o->root;
}

/* ------------------------------------------------------------ descriptors */

/* How many files a process may open; 0 = it is none of our daemons, or may not be looked at. */
static uint64_t daemon_files(const char *root, const char *pid, const char *config)
{
	char path[PATH_MAX], text[4096];
	uint64_t files = 0;
	bool ours = false;
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, "%s/proc/%s/cmdline", root, pid);
	f = fopen(path, "re");
	n = f == NULL ? 0 : fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	for (size_t i = 0; i < n; i += strlen(text + i) + 1)
		ours |= i != 0 && strcmp(text + i, config) == 0;
	ours = ours && strstr(text, "pingand") != NULL;
	if (f != NULL)
		fclose(f);
	snprintf(path, sizeof path, "%s/proc/%s/limits", root, pid);
	f = ours ? fopen(path, "re") : NULL;
	while (f != NULL && fgets(text, sizeof text, f) != NULL)
		if (strncmp(text, "Max open files", 14) == 0)
			files = strtoull(text + 14, NULL, 10);
	if (f != NULL)
		fclose(f);
	return files;
}

static void files_look(struct doctor *d)
{
	const struct config *c = d->config;
	uint64_t needed = FILES_RESERVED, files = 0;
	char path[PATH_MAX];
	const struct dirent *entry;
	DIR *dir;

	if (c->serve_devices)
		needed += (uint64_t)c->limits.devices + c->limits.dc09 + c->limits.watch +
		          (c->listen.webhook.address.kind == ADDRESS_NONE ? 0 : c->limits.webhook);
	if (c->serve_screens)
		needed += c->limits.web;
	snprintf(path, sizeof path, "%s/proc", root_of(d));
	dir = opendir(path);
	while (dir != NULL && files == 0 && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			files = daemon_files(root_of(d), entry->d_name, d->o->config);
	if (dir != NULL)
		closedir(dir);
	if (files == 0)
		doctor_say(d, FINDING_WARNING, "descriptors", "systemctl start pingand; or run this where it runs",
		           "no pingand with this configuration runs here; it needs %" PRIu64, needed);
	else
		doctor_say(d, files < needed ? FINDING_WRONG : FINDING_OK, "descriptors",
		           "raise LimitNOFILE of pingand.service, or lower limits in the configuration",
		           "the daemon may open %" PRIu64 " files, limits need %" PRIu64, files, needed);
}

/* ------------------------------------------------------------ journal, memory */

/* journald keeps it over a restart where this folder is, or its configuration says persistent. */
static void journal_look(struct doctor *d)
{
	char path[PATH_MAX], line[256];
	bool persistent, told = false;
	FILE *f;

	snprintf(path, sizeof path, "%s/var/log/journal", root_of(d));
	persistent = access(path, F_OK) == 0;
	snprintf(path, sizeof path, "%s/etc/systemd/journald.conf", root_of(d));
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		if (strncmp(line, "Storage=", 8) != 0)
			continue;
		told = true;
		persistent = strncmp(line + 8, "persistent", 10) == 0 || (strncmp(line + 8, "auto", 4) == 0 && persistent);
	}
	if (f != NULL)
		fclose(f);
	if (persistent)
		doctor_say(d, FINDING_OK, "journal", "", "kept on disk");
	else
		doctor_say(d, FINDING_WARNING, "journal",
		           told ? "Storage=persistent in /etc/systemd/journald.conf, or send the log elsewhere"
		                : "mkdir /var/log/journal, or send the log elsewhere",
		           "journald keeps it in memory: a restart of the machine takes the daemons' log with it");
}

/* A fork of Redis is refused when its memory might be needed twice, and the append-only file grows for ever. */
static void overcommit_look(struct doctor *d)
{
	char path[PATH_MAX];
	int mode = -1;
	FILE *f;

	snprintf(path, sizeof path, "%s/proc/sys/vm/overcommit_memory", root_of(d));
	f = fopen(path, "re");
	if (f != NULL) {
		if (fscanf(f, "%d", &mode) != 1) // NOLINT(cert-err34-c): one digit, written by the kernel
			mode = -1;
		fclose(f);
	}
	if (mode == 1)
		doctor_say(d, FINDING_OK, "overcommit", "", "vm.overcommit_memory 1");
	else
		doctor_say(d, FINDING_WARNING, "overcommit",
		           "where Redis runs: echo vm.overcommit_memory=1 > /etc/sysctl.d/50-pingan.conf; sysctl --system",
		           mode < 0 ? "%s can't be read" : "vm.overcommit_memory is not 1: Redis may be refused to fork", path);
}

/* ------------------------------------------------------------ copies */

/* When the newest file below it was written; 0 = there is none. Three folders deep: DIR/2026-11-23/appendonlydir. */
static time_t newest(const char *dir, int depth)
{
	DIR *at = opendir(dir);
	const struct dirent *entry;
	time_t best = 0;

	while (at != NULL && (entry = readdir(at)) != NULL) {
		char path[PATH_MAX];
		struct stat st;
		time_t when = 0;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    snprintf(path, sizeof path, "%s/%s", dir, entry->d_name) >= (int)sizeof path || lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth > 0)
			when = newest(path, depth - 1);
		else if (S_ISREG(st.st_mode) && st.st_size != 0)
			when = st.st_mtime;
		best = when > best ? when : best;
	}
	if (at != NULL)
		closedir(at);
	return best;
}

static void backup_look(struct doctor *d)
{
	uint32_t most = d->o->backup_hours == 0 ? DOCTOR_BACKUP_HOURS : d->o->backup_hours;
	int64_t hours;
	time_t made;

	if (d->o->backup == NULL) {
		doctor_say(d, FINDING_WARNING, "backup",
		           "make one each night (STORE.md, Backup) and name its folder: --backup DIR",
		           "none is named: who deletes a home by mistake deletes it on the replica too");
		return;
	}
	made = newest(d->o->backup, 3);
	hours = ((int64_t)time(NULL) - made) / 3600;
	if (made == 0)
		doctor_say(d, FINDING_WRONG, "backup", "STORE.md, Backup, says how it is made", "%s: no copy is there",
		           d->o->backup);
	else
		doctor_say(d, hours >= most ? FINDING_WRONG : FINDING_OK, "backup",
		           "see why the last ones were not made; STORE.md, Backup",
		           "%s: the newest file is %" PRId64 " hours old", d->o->backup, hours);
}

void doctor_host(struct doctor *d)
{
	if (d->o->config != NULL)
		files_look(d);
	journal_look(d);
	overcommit_look(d);
	backup_look(d);
}
