#include "copy.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "base/ensure.h"
#include "record_json.h"

void copy_tell(json_t *all, bool json)
{
	time_t now = time(NULL);
	json_t *dated = json_object();
	struct tm tm;
	char at[32] = "";

	ENSURE(dated != NULL);
	if (gmtime_r(&now, &tm) != NULL)
		(void)strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &tm);
	json_object_set_new(dated, "made_at", json_string(at));
	json_object_update(dated, all);
	json_decref(all);
	if (json) {
		(void)json_dumpf(dated, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		printf("个人信息副本 / all that is held on one person\n\n");
		json_text_print(dated, 0);
		printf("\n以上为系统保存的全部内容。照护员的位置只在任务期间使用,不保存。\n"
		       "This is all that is stored. Caregivers' positions are used during a job and never stored.\n");
	}
	json_decref(dated);
}

size_t sealed_open(const ProtobufCBinaryData *key, const ProtobufCBinaryData *sealed, uint8_t *ret, size_t size)
{
	size_t more = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;

	if (sealed->len <= more || sealed->len - more > size || key->len != crypto_secretbox_KEYBYTES ||
	    crypto_secretbox_open_easy(ret, sealed->data + crypto_secretbox_NONCEBYTES,
	                               sealed->len - crypto_secretbox_NONCEBYTES, sealed->data, key->data) != 0)
		return 0;
	return sealed->len - more;
}
