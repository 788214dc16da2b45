/* metrics.c - every counter and gauge of the app in one table: /metrics and docs/OPERATING.md are made from it. */
#include "app/shifts.h"
#include "app/supervision.h"

static const struct {
	const char *name;
	const char *help;
} COUNTERS[COUNTER_COUNT] = {
	[C_ALARMS_RECEIVED] = {"pingan_alarms_received_total", "Alarms from devices, copies included"},
	[C_ALARMS_STORED] = {"pingan_alarms_stored_total", "Alarms whose log entry has come back"},
	[C_ALARMS_DUPLICATE] = {"pingan_alarms_duplicate_total", "Copies of a message that the store knew"},
	[C_ALARMS_UNKNOWN_DEVICE] = {"pingan_alarms_unknown_device_total",
                                 "Alarms of devices that the registry does not know"},
	[C_ALARMS_UNKNOWN_CODE] = {"pingan_alarms_unknown_code_total", "Alarms whose code no table explains"},
	[C_ALARMS_REFUSED] = {"pingan_alarms_refused_total",
                          "Alarms not taken in: a bound was reached, or a field out of range"},
	[C_ALARMS_TEST] = {"pingan_alarms_test_total", "Test alarms"},
	[C_ALARMS_RESTORED] = {"pingan_alarms_restored_total",
                           "Calls put back because the device knew more than the store"},
	[C_CANCELS] = {"pingan_cancels_total", "Cancels pressed by residents"},
	[C_COMMITS_SENT] = {"pingan_commits_sent_total", "Commits sent to the store, repeats included"},
	[C_COMMITS_STORED] = {"pingan_commits_stored_total", "Own commits that came back from the log"},
	[C_COMMITS_STALE] = {"pingan_commits_stale_total", "Commits decided on a record that had moved on"},
	[C_COMMITS_MINE] = {"pingan_commits_mine_total", "Commits sent again that had been stored"},
	[C_COMMITS_TAKEN] = {"pingan_commits_taken_total", "Openings refused: the household has an open incident"},
	[C_COMMITS_EARLY] = {"pingan_commits_early_total", "Deadlines that the store's clock found too early"},
	[C_COMMITS_FAILED] = {"pingan_commits_failed_total", "Commits without an answer"},
	[C_COMMITS_REFUSED] = {"pingan_commits_refused_total",
                           "Commits that the store found malformed: a fault of this program"},
	[C_CHANGES_OVERLOAD] = {"pingan_changes_overload_total", "Events refused because a queue was full"},
	[C_LOG_ENTRIES] = {"pingan_log_entries_total", "Log entries read"},
	[C_LOG_GAPS] = {"pingan_log_gaps_total", "Gaps found in the log"},
	[C_HISTORY_CUT] = {"pingan_history_cut_total", "Reconnects that found history cut by a failover"},
	[C_RECORDS_UNREADABLE] = {"pingan_records_unreadable_total", "Records that could not be decoded"},
	[C_DEADLINES] = {"pingan_deadlines_total", "Deadlines acted on by this daemon"},
	[C_HEARTBEATS] = {"pingan_heartbeats_total", "Heartbeats of devices"},
	[C_FRAMES_BAD] = {"pingan_device_frames_bad_total", "Native frames refused"},
	[C_FRAMES_LOST] = {"pingan_device_frames_lost_total",
                       "Frames that native units sent and nothing answered, by their own count"},
	[C_CONNECTS_FAILED] = {"pingan_device_connects_failed_total",
                           "Attempts of native units to connect that came to nothing, by their own count"},
	[C_ACKS_FIRST_TRY] = {"pingan_device_acks_first_try_total",
                          "Alarms of native units acknowledged at their first attempt"},
	[C_ACKS_LATER_TRY] = {"pingan_device_acks_later_try_total",
                          "Alarms of native units acknowledged at a later attempt"},
	[C_TRIES_LOST] = {"pingan_device_tries_lost_total", "Attempts of these that nothing answered"},
	[C_UNITS_CONFIGURED] = {"pingan_units_configured_total", "Native units told how to behave"},
	[C_KEYS_GIVEN] = {"pingan_device_keys_given_total", "New keys given to native units over their links"},
	[C_KEYS_TAKEN] = {"pingan_device_keys_taken_total",
                      "New keys that native units have connected with; the old ones open nothing any more"},
	[C_DEVICES_REFUSED] = {"pingan_devices_refused_total", "Device connections refused: identity, version, overload"},
	[C_DEVICES_REPLACED] = {"pingan_devices_replaced_total", "Device connections replaced by a newer one"},
	[C_DEVICES_RESTLESS] = {"pingan_devices_restless_total",
                            "Times a unit said far more than a unit does and was read more slowly"},
	[C_DC09_FRAMES] = {"pingan_dc09_frames_total", "SIA DC-09 frames received"},
	[C_DC09_BAD_CRC] = {"pingan_dc09_bad_crc_total", "SIA DC-09 frames with a wrong CRC: not answered"},
	[C_DC09_BAD_FRAME] = {"pingan_dc09_bad_frame_total", "SIA DC-09 frames that could not be read"},
	[C_DC09_DUH] = {"pingan_dc09_duh_total", "SIA DC-09 frames with an unknown token: answered DUH"},
	[C_DC09_NAK] = {"pingan_dc09_nak_total", "SIA DC-09 frames answered NAK"},
	[C_DC09_WRONG_CLOCK] = {"pingan_dc09_wrong_clock_total",
                            "SIA DC-09 events in plain with a time far from ours: taken all the same"},
	[C_DC09_NO_TABLE] = {"pingan_dc09_no_table_total",
                         "SIA DC-09 events of panels whose code table is not in codes_file: read by the standard one"},
	[C_DC09_DROPPED] = {"pingan_dc09_dropped_total", "SIA DC-09 link tests not answered: unknown account or encrypted"},
	[C_WATCH_FRAMES] = {"pingan_watch_frames_total", "Frames of elder watches received"},
	[C_WATCH_BAD_FRAME] = {"pingan_watch_bad_frame_total", "Bytes on the watch port that are no frame"},
	[C_WATCH_BAD_LENGTH] = {"pingan_watch_bad_length_total", "Watch frames with a wrong length: taken all the same"},
	[C_WATCH_TOO_LONG] = {"pingan_watch_too_long_total",
                          "Watch frames too long to keep (voice, pictures): passed over"},
	[C_WATCH_OTHER] = {"pingan_watch_other_total", "Watch frames that nobody needs: not answered"},
	[C_POSTS] = {"pingan_vendor_posts_total", "Requests of vendors' clouds with alarms in them"},
	[C_POSTS_UNSTORED] = {"pingan_vendor_posts_unstored_total",
                          "Of these, told to come again: store away, or a bound reached"},
	[C_REPLIES_DROPPED] = {"pingan_replies_dropped_total", "Frames of panels and watches let go without an answer"},
	[C_SCREEN_MESSAGES] = {"pingan_screen_messages_total", "Messages from screens"},
	[C_SCREEN_BAD] = {"pingan_screen_bad_total", "Messages from screens that were refused"},
	[C_SCREEN_SLOW] = {"pingan_screen_slow_total", "Screens dropped to a fresh snapshot"},
	[C_SCREEN_DEAD] = {"pingan_screen_dead_total", "Screens without a heartbeat for 9 s"},
	[C_SNAPSHOTS] = {"pingan_snapshots_total", "Snapshots sent to screens"},
	[C_RESUMES] = {"pingan_resumes_total", "Screens that resumed without a snapshot"},
	[C_REQUESTS] = {"pingan_requests_total", "Requests from screens"},
	[C_REQUESTS_REFUSED] = {"pingan_requests_refused_total", "Requests answered with anything but OK"},
	[C_REQUESTS_FORBIDDEN] = {"pingan_requests_forbidden_total", "Requests beyond the rights of the role or area"},
	[C_AUDITS] = {"pingan_audit_entries_total", "Commits sent that put on record who did or looked at what"},
	[C_AUDITS_LOST] = {"pingan_audit_lost_total",
                       "Looks that could not be put on record: too much waited for the store"},
	[C_AUDIT_SEALS] = {"pingan_audit_seals_total", "Seals over the audit chain that the log brought"},
	[C_RETURNS] = {"pingan_returns_total", "Incidents returned because their operator's console was gone"},
	[C_SEEN_FAILED] = {"pingan_last_seen_failed_total",
                       "Batches of last-seen times that the store did not take: told again"},
	[C_UNITS_SILENT] = {"pingan_devices_found_silent_total", "Devices found silent by this daemon"},
	[C_DUTY_CHECKS_FAILED] = {"pingan_duty_checks_failed_total",
                              "Test offers at the start of a duty that nobody answered"},
	[C_UNITS_SENT_ELSEWHERE] = {"pingan_units_sent_elsewhere_total",
                                "Links of devices that were sent to another daemon because this one leaves"},
	[C_SCREENS_SENT_ELSEWHERE] = {"pingan_screens_sent_elsewhere_total",
                                  "Screens that were sent to another daemon because this one leaves"},
	[C_HEARING_BREAKS] = {"pingan_hearing_breaks_total",
                          "Times that this cell, or one of its daemons, could not hear devices for a while"},
};

struct gauge {
	const char *name;
	const char *help;
	uint64_t (*value)(const struct app *app);
};

static uint64_t open_incidents(const struct app *app)
{
	return app->open.used;
}

static uint64_t waiting_ms(const struct app *app)
{
	const struct record *rec;
	ms_t oldest = 0;

	TAILQ_FOREACH (rec, &app->of_type[RECORD_INCIDENT], of_type)
		if (rec->slot->state == INCIDENT_WAITING && rec->slot->class == CLASS_LIFE &&
		    (oldest == 0 || rec->slot->waiting_since_ms < oldest))
			oldest = rec->slot->waiting_since_ms;
	return oldest == 0 || oldest > app->now.store_ms ? 0 : (uint64_t)(app->now.store_ms - oldest);
}

static uint64_t quarantined(const struct app *app)
{
	return app->quarantine_count;
}

static uint64_t changes(const struct app *app)
{
	return app->change_count;
}

static uint64_t flights(const struct app *app)
{
	return app->flight_count;
}

static uint64_t flights_may(const struct app *app)
{
	return app->flights_may;
}

static uint64_t unstored(const struct app *app)
{
	return app->pending.used;
}

static uint64_t newest(const struct app *app)
{
	return app->newest;
}

static uint64_t behind(const struct app *app)
{
	return app->newest - app->safe;
}

static uint64_t store_up(const struct app *app)
{
	return app->store_up;
}

static uint64_t fresh(const struct app *app)
{
	return app->fresh;
}

static uint64_t draining(const struct app *app)
{
	return drain_leaves(app);
}

static uint64_t drain_alone(const struct app *app)
{
	return app->drain.state == LEAVING_ALONE;
}

static uint64_t one_copy(const struct app *app)
{
	return app->one_copy;
}

static uint64_t stale(const struct app *app)
{
	return (uint64_t)app->stale_ms;
}

static uint64_t screens(const struct app *app)
{
	return screens_count(app);
}

static uint64_t beats_slowed(const struct app *app)
{
	return devices_beats_slowed(app);
}

static uint64_t arena_misses(const struct app *app)
{
	return app->arena.misses + app->scratch.misses;
}

static uint64_t in_service(const struct app *app)
{
	return watched_in_service(app);
}

static uint64_t silent(const struct app *app)
{
	uint64_t n = 0;

	for (int i = 0; i < REPORT_COUNT; i++)
		n += watched_silent_of(app, (enum report_class)i);
	return n;
}

static uint64_t silent_20s(const struct app *app)
{
	return watched_silent_of(app, REPORT_20S);
}

static uint64_t silent_180s(const struct app *app)
{
	return watched_silent_of(app, REPORT_180S);
}

static uint64_t silent_5h(const struct app *app)
{
	return watched_silent_of(app, REPORT_5H);
}

static uint64_t silent_25h(const struct app *app)
{
	return watched_silent_of(app, REPORT_25H);
}

static uint64_t roster_gaps(const struct app *app)
{
	uint32_t count, total;
	ms_t until_ms;

	(void)shift_gaps_known(app, &count, &total, &until_ms);
	return total;
}

static uint64_t roster_late(const struct app *app)
{
	uint32_t count;

	(void)shift_late_known(app, &count);
	return count;
}

static const struct gauge GAUGES[] = {
	{"pingan_incidents_open", "Open incidents", open_incidents},
	{"pingan_life_waiting_oldest_ms",
     "How long the longest class 1 incident has waited unanswered: the figure to watch", waiting_ms},
	{"pingan_quarantine_open", "Open incidents of unknown devices (at most 32)", quarantined},
	{"pingan_changes", "Events being worked on (at most 8192)", changes},
	{"pingan_commits_in_flight", "Commits on their way (at most 4096)", flights},
	{"pingan_commits_in_flight_most", "So many may be, as quick as the store answers (128 to 4096)", flights_may},
	{"pingan_alarms_not_stored", "Alarms received and not yet back from the log", unstored},
	{"pingan_log_newest", "Newest log entry read", newest},
	{"pingan_log_not_safe", "Log entries read that the replica has not confirmed", behind},
	{"pingan_store_up", "1 while the store can be written", store_up},
	{"pingan_fresh", "1 while our proof of life comes back", fresh},
	{"pingan_draining", "1 while this daemon leaves: nobody new is taken in, everybody is sent elsewhere", draining},
	{"pingan_drain_alone", "1 while it was told to drain and serves all the same, because nobody else could",
     drain_alone},
	{"pingan_one_copy", "1 while one copy counts because the replica is down", one_copy},
	{"pingan_snapshot_stale_ms", "Age of the local snapshot that this daemon runs on; 0 = from the store", stale},
	{"pingan_screens", "Consoles and phones connected (at most 20000)", screens},
	{"pingan_heartbeats_slowed",
     "How many times longer than usual home units are told to wait between heartbeats; 1 = as usual", beats_slowed},
	{"pingan_devices_in_service", "Devices in service, of the whole cell", in_service},
	{"pingan_devices_silent", "Of these, silent for longer than their reporting time, whichever daemon they used",
     silent},
	{"pingan_devices_silent_20s", "Of these, with a reporting time up to 20 s", silent_20s},
	{"pingan_devices_silent_180s", "Of these, with a reporting time up to 180 s", silent_180s},
	{"pingan_devices_silent_5h", "Of these, with a reporting time up to 5 h", silent_5h},
	{"pingan_devices_silent_25h", "Of these, with a longer one", silent_25h},
	{"pingan_roster_gaps", "Gaps in the rosters of the next 7 days: too few people for a shift, or for part of one",
     roster_gaps},
	{"pingan_roster_late", "People whose shift began ten minutes ago or more, and who are not on duty (at most 128)",
     roster_late},
	{"pingan_arena_misses", "Records that did not fit into working memory", arena_misses},
};

bool app_metric(const struct app *app, size_t n, struct app_metric *ret)
{
	if (n < COUNTER_COUNT) {
		*ret = (struct app_metric){COUNTERS[n].name, COUNTERS[n].help, true, app->counters[n]};
		return true;
	}
	n -= COUNTER_COUNT;
	if (n >= COUNT_OF(GAUGES))
		return false;
	*ret = (struct app_metric){GAUGES[n].name, GAUGES[n].help, false, GAUGES[n].value(app)};
	return true;
}
