#include "csv_file.h"

#include "io/utf8.h"

#define HEAD_MAX 64

static bool begins(struct slice text, const char *with, size_t len)
{
	return text.len >= len && memcmp(text.at, with, len) == 0;
}

/* UTF-16 without its mark: of Latin letters and commas every other byte is 0; of Chinese now and then the other one. */
static bool halves(struct slice text)
{
	size_t n = text.len < HEAD_MAX ? text.len : HEAD_MAX, zeros[2] = {0, 0};

	for (size_t i = 0; i < n; i++)
		zeros[i % 2] += text.at[i] == 0;
	return zeros[0] + zeros[1] >= 2 && zeros[0] + zeros[1] >= n / 16 &&
	       (zeros[0] > 2 * zeros[1] || zeros[1] > 2 * zeros[0]);
}

/* Chinese in GB18030 is hardly ever UTF-8 by chance, and never over a whole table. */
static bool utf8_surely(struct slice text)
{
	struct utf8 u = {0};
	bool wide = false;

	for (size_t i = 0; i < text.len && !wide; i++)
		wide = text.at[i] >= 0xe0;
	return wide && utf8_take(&u, text) && utf8_whole(&u);
}

const char *csv_file_wrong(struct slice text, enum csv_encoding encoding)
{
	if (begins(text, "PK\x03\x04", 4))
		return "is a workbook (.xlsx), whatever its name: open it, and save the table as CSV UTF-8";
	if (begins(text, "\xd0\xcf\x11\xe0", 4))
		return "is a workbook (.xls), whatever its name: open it, and save the table as CSV UTF-8";
	if (begins(text, "%PDF", 4))
		return "is a PDF: a table is saved as CSV UTF-8";
	if (begins(text, CSV_MARK, 3))
		text = slice_of(text.at + 3, text.len - 3);
	while (text.len != 0 && strchr(" \t\r\n", text.at[0]) != NULL && text.at[0] != 0)
		text = slice_of(text.at + 1, text.len - 1);
	if (text.len != 0 && text.at[0] == '<')
		return "is a web page or XML, as some systems save a table: open it in a spreadsheet, and save it as CSV UTF-8";
	if (begins(text, "\xff\xfe", 2) || begins(text, "\xfe\xff", 2) || halves(text))
		return "is UTF-16 (\"Unicode text\"); save the table as CSV UTF-8";
	if (encoding == CSV_GB18030 && utf8_surely(text))
		return "is UTF-8, not GB18030: leave --encoding gb18030 away";
	return NULL;
}

static struct slice first_line(struct slice text)
{
	size_t len = 0;

	while (len < text.len && text.at[len] != '\n' && text.at[len] != '\r')
		len++;
	return slice_of(text.at, len);
}

char csv_separator(struct slice *text, uint64_t *ret_lines)
{
	static const char OTHERS[] = {'\t', ';'};
	struct slice line = first_line(*text);

	*ret_lines = 0;
	if (line.len == 5 && begins(line, "sep=", 4) && strchr(",;\t|", line.at[4]) != NULL && line.at[4] != 0) {
		size_t len = line.len;

		len += len < text->len && text->at[len] == '\r';
		len += len < text->len && text->at[len] == '\n';
		*text = slice_of(text->at + len, text->len - len);
		*ret_lines = 1;
		return (char)line.at[4];
	}
	for (size_t i = 0; i < sizeof OTHERS && memchr(line.at, ',', line.len) == NULL; i++)
		if (memchr(line.at, OTHERS[i], line.len) != NULL)
			return OTHERS[i];
	return ',';
}

/* One sign of UTF-8 that has a plain form; *ret = 0: it is not seen, and goes. */
static bool plain(const unsigned char *at, char *ret)
{
	unsigned rune;

	if (at[0] == 0xc2 && at[1] == 0xa0)
		return *ret = ' ', true;
	if (at[0] < 0xe0 || at[0] > 0xef || at[1] == 0 || at[2] == 0)
		return false;
	rune = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
	if (rune >= 0xff01 && rune <= 0xff5e)
		return *ret = (char)(rune - 0xff01 + '!'), true;
	if (rune == 0x3000 || (rune >= 0x2000 && rune <= 0x200a) || rune == 0x202f)
		return *ret = ' ', true;
	if ((rune >= 0x2010 && rune <= 0x2015) || rune == 0x2212)
		return *ret = '-', true;
	/* What phones put around a number that is copied: nothing to see, and no digit. */
	if ((rune >= 0x200b && rune <= 0x200f) || (rune >= 0x202a && rune <= 0x202e) ||
	    (rune >= 0x2060 && rune <= 0x2069) || rune == 0xfeff)
		return *ret = 0, true;
	return false;
}

void csv_fold(char *text)
{
	char *to = text, sign;
	size_t blanks;

	for (const char *at = text; *at != '\0';) {
		const unsigned char *bytes = (const unsigned char *)at;

		if (!plain(bytes, &sign)) {
			*to++ = *at++;
			continue;
		}
		at += bytes[0] == 0xc2 ? 2 : 3; /* before it is written over */
		if (sign != 0)
			*to++ = sign;
	}
	while (to > text && strchr(" \t\r\n", to[-1]) != NULL)
		to--;
	*to = '\0';
	blanks = strspn(text, " \t\r\n");
	memmove(text, text + blanks, strlen(text + blanks) + 1);
}
