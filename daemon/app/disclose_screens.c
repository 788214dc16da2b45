/* disclose_screens.c - calls, jobs, units, people at work: what sort of data each field is. */
#include "app/disclose_table.h"
#include "pingan/v1/console.pb-c.h"

/* In the order of their numbers, so that the n-th of the descriptor is the n-th here. */
/* clang-format off */
static const struct field WELCOME[] = {
#define T(member, sort) F(ScreenWelcome, member, sort)
	T(person, REF), T(name, STAFF), T(role, WORK), T(server_ms, WORK), T(daemon, WORK), T(build, WORK), T(areas, PLACE),
	T(demo, WORK), T(lost, PART), T(offer_s, WORK), T(desk_phone, WORK), T(storm_areas, PART),
#undef T
};
static const struct field LOST[] = {
	F(Lost, incident, WORK), F(Lost, owner, REF), F(Lost, owner_name, STAFF),
};
static const struct field AREA_CHOICE[] = {F(AreaChoice, area, PLACE), F(AreaChoice, name, PLACE)};
static const struct field HEARTBEAT[] = {
	F(ScreenHeartbeatAck, screen_ms, WORK), F(ScreenHeartbeatAck, server_ms, WORK), F(ScreenHeartbeatAck, newest, WORK),
};
static const struct field REPLY[] = {
#define T(member, sort) F(Reply, member, sort)
	T(cmd, WORK), T(result, WORK), T(who, REF), T(who_name, STAFF), T(at_ms, WORK), T(candidates, PART), T(number, WORK),
	T(out, PART), T(incident, WORK), T(found, PART),
	T(field, WORK), T(why, WORK), T(commit, WORK), T(records, PART),
#undef T
};
static const struct field CANDIDATES[] = {F(CandidateList, list, PART)};
static const struct field CANDIDATE[] = {
#define T(member, sort) F(CandidateList__Candidate, member, sort)
	T(caregiver, REF), T(name, STAFF), T(distance_m, WORK), T(travel_s, WORK), T(reachable, WORK), T(busy, WORK),
	T(speaks, WORK), T(knows, WORK), T(position_age_s, WORK), T(asked, WORK), T(score, WORK), T(why, WORK),
	T(station, WORK),
#undef T
};
static const struct field OUT_LISTED[] = {F(OutListed, from, WORK), F(OutListed, total, WORK), F(OutListed, list, PART)};
static const struct field OUT_DEVICE[] = {
#define T(member, sort) F(OutListed__Device, member, sort)
	T(device, REF), T(household, REF), T(resident, WHO), T(street, STREET), T(since_ms, WORK), T(battery_until_ms, WORK),
	T(heard_ms, WORK),
#undef T
};
static const struct field FOUND[] = {F(FoundHomes, list, PART), F(FoundHomes, more, WORK), F(FoundHomes, incomplete, WORK)};
static const struct field FOUND_HOME[] = {
#define T(member, sort) F(FoundHomes__Home, member, sort)
	T(household, REF), T(resident, WHO), T(age, WHO), T(residents, WHO), T(area, PLACE), T(street, STREET), T(by, WORK),
	T(incident, WORK),
#undef T
};
static const struct field SNAPSHOT[] = {
#define T(member, sort) F(Snapshot, member, sort)
	T(id, WORK), T(commit, WORK), T(rows, PART), T(last, WORK), T(ringing, WORK), T(counts, PART),
#undef T
};
static const struct field DELTA[] = {
#define T(member, sort) F(Delta, member, sort)
	T(prev, WORK), T(id, WORK), T(commit, WORK), T(upserts, PART), T(removed, WORK), T(ringing, WORK), T(counts, PART),
#undef T
};
static const struct field ROW[] = {
#define T(member, sort) F(IncidentRow, member, sort)
	T(id, WORK), T(rev, WORK), T(number, WORK), T(class_, WORK), T(kind, WORK), T(state, WORK), T(progress, WORK),
	T(resident, WHO), T(age, WHO), T(area, PLACE), T(street, STREET), T(owner, REF), T(owner_name, STAFF),
	T(owner_gone, WORK), T(opened_ms, WORK), T(waiting_since_ms, WORK), T(due_ms, WORK), T(repeats, WORK),
	T(last_alarm_ms, WORK), T(order, WORK), T(caregiver_name, STAFF), T(device, REF), T(not_stored, WORK),
	T(not_safe, WORK), T(restored, WORK), T(returned_from, STAFF), T(silent, WORK), T(quarantine, WORK),
	T(unattended, WORK), T(no_voice, WORK), T(close_asked, WORK), T(rings_neighbours, WORK), T(rings_supervisor, WORK),
	T(rerung, WORK), T(note_owner, STAFF), T(protocol_code, WORK), T(resident_cancelled, WORK), T(hold_until_ms, WORK),
	T(aside, WORK), T(aside_until_ms, WORK), T(drill, WORK), T(escalated, WORK), T(recall, WORK),
	T(contact_answer, CONTACT), T(area_wide, WORK), T(out_now, WORK), T(out_total, WORK), T(battery_due_ms, WORK),
	T(repair_overdue, WORK),
	/* Why one stands higher is also how she lives: alone, with a bad heart. */
	T(score_s, WHO), T(score_why, WHO),
	T(handover, WORK), T(service, WORK), T(calls, WORK), T(language, WHO), T(carrier, WORK), T(away, WORK),
	T(untested, WORK), T(district, PLACE),
#undef T
};
static const struct field COUNTS[] = {
#define T(member) F(Counts, member, WORK)
	T(life), T(welfare), T(general), T(device), T(mine), T(waiting), T(longest_waiting_since_ms), T(caregivers_free),
	T(caregivers_on_duty), T(answered_10s_pct_x10), T(answered_60s_pct_x10), T(answered_today), T(shelved), T(held_back),
	T(drills),
#undef T
};
static const struct field DETAIL[] = {
#define T(member, sort) F(IncidentDetail, member, sort)
	T(incident, WORK), T(row, PART), T(residents, PART), T(address, ADDRESS), T(access, ACCESS), T(home_phone, PHONE),
	T(lat_e6, ADDRESS), T(lon_e6, ADDRESS), T(contacts, PART), T(health_notes, HEALTH), T(medicines, HEALTH),
	T(allergies, HEALTH), T(hospital, HEALTH), T(jobs, PART), T(lines, PART), T(lines_total, WORK), T(spoke, WORK),
	T(asked_by_name, STAFF), T(asked_outcome, WORK), T(outcome, WORK), T(voice_due_ms, WORK), T(card_missing, WORK),
	T(raw, TEXT), T(card_age_ms, WORK), T(gone, WORK), T(seen, WORK), T(handovers, PART), T(recall_due_ms, WORK),
	T(repair_due_ms, WORK), T(on_test_until_ms, WORK), T(aside_by_name, STAFF), T(spoke_to, WORK), T(follow_up_of, WORK),
	T(follow_up_due_ms, WORK), T(service_hint, WORK), T(household, REF), T(code_zh, WORK), T(code_en, WORK),
	T(unit_time_ms, WORK), T(door_code, ACCESS), T(key_safe, ACCESS), T(key_holder, ACCESS),
	T(home_note, TEXT), T(station_name, PLACE), T(station_phone, WORK),
#undef T
};
static const struct field HANDOVER[] = {
#define T(member, sort) F(DetailHandover, member, sort)
	T(number, WORK), T(service, WORK), T(state, WORK), T(opened_ms, WORK), T(due_ms, WORK), T(tries, WORK),
	T(channel, WORK), T(told, WORK), T(by_name, STAFF), T(ended_ms, WORK),
#undef T
};
static const struct field RESIDENT[] = {
#define T(member, sort) F(DetailResident, member, sort)
	T(name, WHO), T(age, WHO), T(sex, WHO), T(language, WHO), T(risks, WHO), T(phone, PHONE), T(dialect, WHO),
	T(mobility, WHO), T(known_as, WHO), T(health_notes, HEALTH), T(medicines, HEALTH), T(allergies, HEALTH),
	T(hospital, HEALTH),
#undef T
};
static const struct field CONTACT[] = {
#define T(member) F(DetailContact, member, CONTACT)
	T(order), T(name), T(relation), T(phone), T(has_key), T(answer), T(phone2), T(language), T(note), T(asleep),
#undef T
};
static const struct field JOB[] = {
#define T(member, sort) F(DetailJob, member, sort)
	T(number, WORK), T(state, WORK), T(caregiver, REF), T(caregiver_name, STAFF), T(caregiver_phone, STAFF),
	T(made_ms, WORK), T(accepted_ms, WORK), T(departed_ms, WORK), T(arrived_ms, WORK), T(ended_ms, WORK),
	T(arrival_due_ms, WORK), T(wave, WORK), T(unattended, WORK), T(offers, PART), T(result, WORK),
	T(depart_overdue, WORK), T(arrive_overdue, WORK), T(skill, WORK),
#undef T
};
static const struct field OFFER[] = {
#define T(member, sort) F(DetailOffer, member, sort)
	T(caregiver, REF), T(caregiver_name, STAFF), T(state, WORK), T(made_ms, WORK), T(until_ms, WORK), T(changed_ms, WORK),
	T(reason, WORK), T(reachable, WORK), T(wave, WORK), T(distance_m, WORK), T(channels, WORK),
#undef T
};
static const struct field LINE[] = {
#define T(member, sort) F(DetailLine, member, sort)
	T(code, WORK), T(at_ms, WORK), T(who_name, STAFF), T(subject_name, STAFF), T(job, WORK), T(number, WORK),
	T(kind, WORK), T(protocol, WORK), T(call, WORK), T(text, TEXT), T(stored_ms, WORK), T(count, WORK), T(channel, WORK),
#undef T
};
static const struct field PHONE[] = {
#define T(member, sort) F(PhoneState, member, sort)
	T(on_duty, WORK), T(offers, PART), T(job, PART), T(ended, PART), T(newest, WORK), T(server_ms, WORK),
	T(store_up, WORK), T(desk_phone, WORK), T(technician, WORK), T(check, PART), T(off_after_job, WORK),
	T(shifts, PART), T(swaps, PART), T(away, PART),
#undef T
};
static const struct field PHONE_OFFER[] = {
#define T(member, sort) F(PhoneOffer, member, sort)
	T(incident, WORK), T(job, WORK), T(class_, WORK), T(kind, WORK), T(community, PLACE), T(street, STREET),
	T(distance_m, WORK), T(travel_s, WORK), T(made_ms, WORK), T(until_ms, WORK), T(state, WORK), T(bring, WORK),
	T(drill, WORK), T(skill, WORK),
#undef T
};
static const struct field PHONE_JOB[] = {
#define T(member, sort) F(PhoneJob, member, sort)
	T(incident, WORK), T(job, WORK), T(state, WORK), T(class_, WORK), T(kind, WORK), T(residents, PART),
	T(address, ADDRESS), T(access, ACCESS), T(home_phone, PHONE), T(lat_e6, ADDRESS), T(lon_e6, ADDRESS),
	T(health_notes, HEALTH), T(medicines, HEALTH), T(allergies, HEALTH), T(accepted_ms, WORK), T(arrival_due_ms, WORK),
	T(contacts, PART), T(silent, WORK), T(lines, PART), T(departed_ms, WORK), T(arrived_ms, WORK), T(drill, WORK),
	T(skill, WORK), T(device, REF), T(door_code, ACCESS), T(key_safe, ACCESS), T(key_holder, ACCESS),
#undef T
};
static const struct field PHONE_ENDED[] = {
#define T(member) F(PhoneEnded, member, WORK)
	T(incident), T(job), T(offer), T(taken), T(at_ms),
#undef T
};
static const struct field PRESENCE[] = {F(Presence, people, PART)};
static const struct field SOMEONE[] = {
#define T(member, sort) F(Presence__Someone, member, sort)
	T(id, REF), T(name, STAFF), T(role, STAFF), T(ready, STAFF), T(gone, STAFF), T(on_duty, STAFF), T(busy, STAFF),
	T(reachable, STAFF), T(me, STAFF), T(load, STAFF), T(flood, STAFF), T(proved, STAFF), T(check_failed, STAFF),
#undef T
};
static const struct field STORE[] = {F(StoreState, up, WORK), F(StoreState, one_copy, WORK), F(StoreState, since_ms, WORK)};
static const struct field GO_AWAY[] = {F(GoAway, why, WORK), F(GoAway, retry_ms, WORK)};
static const struct field STORMS[] = {F(StormState, storms, PART)};
static const struct field STORM_ROW[] = {
#define T(member, sort) F(StormState__Row, member, sort)
	T(area, PLACE), T(area_name, PLACE), T(kinds, WORK), T(from_ms, WORK), T(until_ms, WORK), T(by_name, STAFF),
	T(reason, TEXT), T(held_back, WORK), T(ended_ms, WORK), T(ended_by_name, STAFF), T(returned, WORK),
#undef T
};
static const struct field CARD[] = {
#define T(member, sort) F(DeviceCard, member, sort)
	T(device, REF), T(gone, WORK), T(in_registry, WORK), T(state, WORK), T(state_ms, WORK), T(state_by_name, STAFF),
	T(protocol, WORK), T(model, WORK), T(firmware, WORK), T(may, WORK), T(household, REF), T(resident, WHO),
	T(residents, WHO), T(area, PLACE), T(street, STREET), T(address, ADDRESS), T(access, ACCESS), T(incident, WORK),
	T(door_code, ACCESS), T(key_safe, ACCESS), T(key_holder, ACCESS),
	T(on_test_until_ms, WORK), T(connected, WORK), T(last_seen_ms, WORK), T(silent, WORK), T(battery_pct, WORK),
	T(signal_dbm, WORK), T(mains, WORK), T(entered_ms, WORK), T(bound_ms, WORK), T(bound_by_name, STAFF), T(proof, WORK),
	T(proof_from_ms, WORK), T(proof_until_ms, WORK), T(proof_by_name, STAFF), T(proof_mine, WORK), T(received_ms, WORK),
	T(took_ms, WORK), T(took_by_unit, WORK), T(confirm_until_ms, WORK), T(rang, WORK), T(proved_ms, WORK),
	T(proved_by_name, STAFF), T(proved_took_ms, WORK), T(tested_ms, WORK), T(acks_first_try, WORK),
	T(acks_later_try, WORK), T(frames_lost, WORK), T(connects_failed, WORK),
#undef T
};
static const struct field WALL_STATE[] = {
#define T(member, sort) F(WallState, member, sort)
	T(at_ms, WORK), T(districts, PART), T(operators_here, WORK), T(operators_ready, WORK), T(caregivers_on_duty, WORK),
	T(caregivers_free, WORK), T(day_since_ms, WORK), T(day, PART), T(distance_m, WORK), T(pixel_um, WORK),
#undef T
};
static const struct field WALL_DISTRICT[] = {
#define T(member, sort) F(WallDistrict, member, sort)
	T(area, PLACE), T(name, PLACE), T(name_en, PLACE), T(caregivers_on_duty, WORK), T(caregivers_free, WORK),
	T(day, PART),
#undef T
};
static const struct field WALL_DAY[] = {
#define T(member) F(WallDay, member, WORK)
	T(opened), T(answered), T(answered_10s), T(answered_60s),
#undef T
};

const struct told DISCLOSE_SCREENS[] = {
	TOLD(screen_welcome, WELCOME), TOLD(lost, LOST), TOLD(area_choice, AREA_CHOICE),
	TOLD(screen_heartbeat_ack, HEARTBEAT), TOLD(reply, REPLY), TOLD(candidate_list, CANDIDATES),
	TOLD(candidate_list__candidate, CANDIDATE), TOLD(out_listed, OUT_LISTED), TOLD(out_listed__device, OUT_DEVICE),
	TOLD(found_homes, FOUND), TOLD(found_homes__home, FOUND_HOME), TOLD(snapshot, SNAPSHOT), TOLD(delta, DELTA),
	TOLD(incident_row, ROW), TOLD(counts, COUNTS), TOLD(incident_detail, DETAIL), TOLD(detail_handover, HANDOVER),
	TOLD(detail_resident, RESIDENT), TOLD(detail_contact, CONTACT), TOLD(detail_job, JOB), TOLD(detail_offer, OFFER),
	TOLD(detail_line, LINE), TOLD(phone_state, PHONE), TOLD(phone_offer, PHONE_OFFER), TOLD(phone_job, PHONE_JOB),
	TOLD(phone_ended, PHONE_ENDED), TOLD(presence, PRESENCE), TOLD(presence__someone, SOMEONE),
	TOLD(store_state, STORE), TOLD(go_away, GO_AWAY), TOLD(storm_state, STORMS), TOLD(storm_state__row, STORM_ROW),
	TOLD(device_card, CARD), TOLD(wall_state, WALL_STATE), TOLD(wall_district, WALL_DISTRICT),
	TOLD(wall_day, WALL_DAY),
	{NULL, NULL, 0},
};
/* clang-format on */
