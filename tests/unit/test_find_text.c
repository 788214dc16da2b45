/* What somebody types is found however it was written down. */
#include "support/unit.h"

#include <string.h>

#include "app/find_text.h"
#include "io/pinyin.h"

static struct ports ports = {.pinyin = pinyin_of};
static uint8_t bytes[1024];

static const char *query(const char *typed)
{
	static char ret[65];

	return find_text_query(typed, ret, sizeof ret) ? ret : NULL;
}

static uint32_t rank(struct slice text, const char *typed, enum find_tag *tag)
{
	const char *q = query(typed);

	assert_non_null(q);
	return find_text_rank(text, slice_str(q), tag);
}

static void found(struct slice text, const char *typed, enum find_tag tag)
{
	enum find_tag by = FIND_NONE;

	if (rank(text, typed, &by) == UINT32_MAX)
		fail_msg("\"%s\" is not found", typed);
	assert_int_equal(by, tag);
}

static struct slice home(void)
{
	struct buf b = buf_of(bytes, sizeof bytes);

	find_text_field(&b, FIND_HOUSEHOLD, "h0042");
	find_text_phone(&b, FIND_PHONE, "020-8123 4567");
	find_text_field(&b, FIND_RESIDENT, "R-77");
	find_text_name(&b, &ports, "张桂兰");
	find_text_phone(&b, FIND_PHONE, "+86 138 0013 8000");
	find_text_phone(&b, FIND_CONTACT_PHONE, "0086-139 2222 3333");
	find_text_field(&b, FIND_ADDRESS, "云影区 三育路12号 3栋501房");
	assert_false(b.overflow);
	return slice_of(b.at, b.len);
}

static void test_a_home_is_found_by_everything_that_is_known_of_it(void **state)
{
	struct slice text = home();

	(void)state;
	found(text, "H0042", FIND_HOUSEHOLD);
	found(text, "02081234567", FIND_PHONE);
	found(text, "020-8123-4567", FIND_PHONE);
	found(text, "8123 4567", FIND_PHONE); /* as somebody without the prefix dials it */
	found(text, "+8613800138000", FIND_PHONE);
	found(text, "138 0013 8000", FIND_PHONE);
	found(text, "13922223333", FIND_CONTACT_PHONE);
	/* As a telephone shows who is calling. */
	found(text, "8613800138000", FIND_PHONE);
	found(text, "013800138000", FIND_PHONE);
	found(text, "0086 138 0013 8000", FIND_PHONE);
	found(text, "+862081234567", FIND_PHONE);
	found(text, "张桂兰", FIND_NAME);
	found(text, "桂兰", FIND_NAME);
	found(text, "zhangguilan", FIND_PINYIN);
	found(text, "Zhang Gui Lan", FIND_PINYIN);
	found(text, "guilan", FIND_PINYIN);
	found(text, "zgl", FIND_INITIALS);
	found(text, "ZGL", FIND_INITIALS);
	found(text, "r77", FIND_RESIDENT);
	found(text, "三育路12号", FIND_ADDRESS);
	found(text, "3栋 501", FIND_ADDRESS);
	found(text, "１２号", FIND_ADDRESS); /* full width */
}

static void test_what_is_not_there_is_not_found(void **state)
{
	struct slice text = home();
	enum find_tag tag;

	(void)state;
	assert_int_equal(rank(text, "李四", &tag), UINT32_MAX);
	assert_int_equal(rank(text, "13800138001", &tag), UINT32_MAX);
	assert_int_equal(rank(text, "lgz", &tag), UINT32_MAX);
	/* Fields do not run into one another, and their tags are nothing that can be typed. */
	assert_int_equal(rank(text, "020812345678", &tag), UINT32_MAX);
	assert_int_equal(rank(text, "hh0042", &tag), UINT32_MAX);
	assert_int_equal(rank(text, "nz", &tag), UINT32_MAX);
	assert_int_equal(find_text_rank(slice_of(bytes, 0), slice_str("zgl"), &tag), UINT32_MAX);
}

/* The whole field before its beginning before its middle; then what says most. */
static void test_the_better_hit_stands_first(void **state)
{
	enum find_tag tag;
	struct slice text = home();
	uint32_t whole = rank(text, "02081234567", &tag), head = rank(text, "0208123", &tag),
			 middle = rank(text, "1234567", &tag);
	struct buf b;

	(void)state;
	assert_true(whole < head && head < middle);
	b = buf_of(bytes, sizeof bytes);
	find_text_phone(&b, FIND_CONTACT_PHONE, "13800138000");
	find_text_phone(&b, FIND_PHONE, "13800138000");
	assert_true(rank(slice_of(b.at, b.len), "13800138000", &tag) < UINT32_MAX);
	assert_int_equal(tag, FIND_PHONE); /* her own before a contact's */
}

static void test_too_little_is_no_question(void **state)
{
	(void)state;
	assert_null(query(""));
	assert_null(query(" "));
	assert_null(query("z"));
	assert_null(query("1"));
	assert_null(query("- ."));
	assert_non_null(query("张")); /* one character is a name's beginning */
	assert_non_null(query("zg"));
	assert_string_equal(query(" +86 10 "), "10");
	assert_string_equal(query("O'Neil-Li"), "oneilli");
}

/* Bytes that are no UTF-8 are looked for as they are; nothing is read beyond the end. */
static void test_bytes_that_are_no_text(void **state)
{
	struct buf b = buf_of(bytes, sizeof bytes);
	enum find_tag tag;

	(void)state;
	find_text_name(&b, &ports, "\xff\xfe\xe5\xbc");
	assert_false(b.overflow);
	assert_true(find_text_rank(slice_of(b.at, b.len), slice_str("\xff\xfe"), &tag) != UINT32_MAX);
	b = buf_of(bytes, 8);
	find_text_name(&b, &ports, "张桂兰");
	assert_true(b.overflow);
}

static void test_pinyin_of_rare_and_common_characters(void **state)
{
	char sound[8];

	(void)state;
	assert_int_equal(pinyin_of(NULL, 0x5f20, sound, sizeof sound), 5);
	assert_string_equal(sound, "zhang");
	assert_int_equal(pinyin_of(NULL, 0x5f20, sound, sizeof sound), 5); /* and again, from memory */
	assert_string_equal(sound, "zhang");
	assert_true(pinyin_of(NULL, 0x9f98, sound, sizeof sound) > 0); /* 龘 */
	assert_int_equal(pinyin_of(NULL, 0x5f20, sound, 5), 0);        /* does not fit */
	assert_int_equal(pinyin_of(NULL, 'a', sound, sizeof sound), 0);
	assert_int_equal(pinyin_of(NULL, 0x110000, sound, sizeof sound), 0);
	(void)pinyin_of(NULL, 0x20000, sound, sizeof sound); /* outside the basic plane: asked each time */
}

static int begin(void **state)
{
	char error[256];

	(void)state;
	return pinyin_start(error) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	pinyin_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_home_is_found_by_everything_that_is_known_of_it),
		cmocka_unit_test(test_what_is_not_there_is_not_found),
		cmocka_unit_test(test_the_better_hit_stands_first),
		cmocka_unit_test(test_too_little_is_no_question),
		cmocka_unit_test(test_bytes_that_are_no_text),
		cmocka_unit_test(test_pinyin_of_rare_and_common_characters),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
