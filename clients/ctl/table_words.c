#include "table_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLES_MAX 4
#define HOLE "{}"

static const struct {
	const char *en, *zh;
} WORDS[] = {
	/* the file (csv_table.c) */
	{"the row is too long: 65,536 bytes at most", "这一行太长：最多 65,536 字节"},
	{"the line is too long: 65,536 bytes at most; is a quotation mark missing?",
     "这一行太长：最多 65,536 字节；是否漏了引号？"},
	{"a control character that no text has", "含有控制字符，文字里不应有"},
	{"the heading has more than 48 columns", "表头超过 48 列"},
	{"this row names none of the columns: the first row is their names, and nothing stands above it; the first row of "
     "an "
     "export shows them",
     "这一行没有任何列名：第一行应为列名，上面不能有标题等内容；导出（export）文件的第一行就是列名"},
	{"there is no such column; the first row of an export shows their names",
     "没有这一列；导出（export）文件的第一行就是列名"},
	{"the cells are parted by the wide comma ，: a table wants the plain one",
     "格与格之间是全角逗号“，”：请改用半角逗号“,”"},
	{"is the heading once more: take this row out", "又是一行表头：请删除这一行"},
	{"says something in a column that has no heading", "在没有列名的列里填了内容"},
	{"is a workbook (.xlsx), whatever its name: open it, and save the table as CSV UTF-8",
     "是 Excel 工作簿（.xlsx），只是改了文件名：请打开它，另存为“CSV UTF-8（逗号分隔）”"},
	{"is a workbook (.xls), whatever its name: open it, and save the table as CSV UTF-8",
     "是 Excel 工作簿（.xls），只是改了文件名：请打开它，另存为“CSV UTF-8（逗号分隔）”"},
	{"is a PDF: a table is saved as CSV UTF-8", "是 PDF 文件：请把表格另存为“CSV UTF-8（逗号分隔）”"},
	{"is a web page or XML, as some systems save a table: open it in a spreadsheet, and save it as CSV UTF-8",
     "是网页或 XML 文件（有的系统这样导出表格）：请用 Excel 或 WPS 打开，另存为“CSV UTF-8（逗号分隔）”"},
	{"is UTF-8, not GB18030: leave --encoding gb18030 away", "是 UTF-8 编码，不是 GB18030：请去掉 --encoding gb18030"},
	{"this column stands in the heading twice", "表头里这一列出现了两次"},
	{"the heading lacks this column ({})", "表头缺少这一列（{}）"},
	{"has {} cells, the heading has {}", "有 {} 格，表头有 {} 格"},
	{"is too long: {} bytes at most", "太长：最多 {} 字节"},
	{"is not UTF-8; a table saved as GBK or GB18030 wants --encoding gb18030",
     "不是 UTF-8 编码；以 GBK 或 GB18030 保存的表格请加 --encoding gb18030"},
	{"is not GB18030", "不是 GB18030 编码"},
	{"is UTF-16 (\"Unicode text\"); save the table as CSV UTF-8",
     "是 UTF-16 编码（“Unicode 文本”）；请将表格另存为“CSV UTF-8（逗号分隔）”"},
	{"a quotation mark stands where none may: text with \" in it is quoted, and each \" in it doubled",
     "引号位置不对：含 \" 的文字要加引号，其中的每个 \" 要写成两个"},
	{"a quotation mark was opened here and not closed within 65,536 bytes", "这里的引号在 65,536 字节内没有闭合"},
	{"a quotation mark was opened here and never closed", "这里的引号一直没有闭合"},
	{"the table is empty: its first row names the columns", "表格是空的：第一行应为列名"},
	{"a table has at most 2,000,000 rows", "一张表最多 2,000,000 行"},
	/* a cell (table_cell.c) */
	{"a spreadsheet has cut this number short: make its column text, and enter it anew",
     "电子表格截短了这个号码：请把该列设为文本，重新填写"},
	{"a spreadsheet took this number for an amount: make its column text, and enter it without what is behind the dot",
     "电子表格把这个号码当成了金额：请把该列设为文本，去掉小数点及后面的部分"},
	{"(a doubt) has a spreadsheet dropped the 0 at its front? make its column text",
     "（请核对）像是被电子表格去掉了开头的 0：请把该列设为文本"},
	{"a spreadsheet shows this day as a number: give its column the form of a date, 2026-11-22",
     "电子表格把日期变成了数字：请把该列设为日期格式（2026-11-22）后重新保存"},
	{"is not a number", "不是数字"},
	{"is too large a number", "数字太大"},
	{"a division code has 4, 6, 9 or 12 digits", "区划代码为 4、6、9 或 12 位数字"},
	{"an id has 1 to 31 letters, digits or signs", "编号为 1 到 31 个字母、数字或符号"},
	{"is no telephone number", "不是电话号码"},
	{"has more than 32 entries", "超过 32 项"},
	{"one of its entries is too long", "其中有一项太长"},
	{"times of the week look so: mon-fri 08:00-18:00; sat 09:00-12:00 (7 at most)",
     "每周时段的写法：mon-fri 08:00-18:00; sat 09:00-12:00（最多 7 段）"},
	{"a key is hex digits: 64 for a native device; 32, 48 or 64 for a panel",
     "密钥为十六进制数字：自有设备 64 位；报警主机 32、48 或 64 位"},
	{"a day looks so: 2026-11-22", "日期的写法：2026-11-22"},
	{"is too long", "太长"},
	{"must not be empty", "不能为空"},
	{"is male, female, other or empty (男, 女)", "填 男、女（male、female、other），或留空"},
	{"is yes or no (是, 否)", "填 是 或 否（yes、no）"},
	{"is none of the words for it; see docs/OPERATING.md", "不在可填的词里；见 docs/OPERATING.md"},
	{"degrees look so: 23.129110 (WGS-84)", "经纬度的写法：23.129110（WGS-84）"},
	{"a time looks so: 2026-11-22T08:30:00.000Z", "时间的写法：2026-11-22T08:30:00.000Z"},
	/* a row (table_settle.c, device.c) */
	{"an account has 1 to 31 letters, digits, dots or dashes", "账号为 1 到 31 个字母、数字、点或横线"},
	{"another system has a token, no account: pinganctl token add", "外部系统用令牌，不用账号：pinganctl token add"},
	{"is no argon2id hash; leave it empty, and let pinganctl user password make one",
     "不是 argon2id 散列；请留空，用 pinganctl user password 生成"},
	{"this device is bound to another home: unbind it there first", "设备已绑定在另一户：请先在那里解绑"},
	{"this device is entered with another protocol", "设备登记的是另一种协议"},
	{"the state of a device that is entered is not changed by a table: see pinganctl device",
     "已登记设备的状态不能用表格修改：见 pinganctl device"},
	{"seconds without a word after which it is silent: 10 to 2592000, or empty",
     "多少秒没有消息算离线：10 到 2592000，或留空"},
	{"a short code without blanks, letters and digits", "应为不含空格的短代码：字母和数字"},
	{"a protocol is native, dc09, watch or webhook", "协议为 native、dc09、watch 或 webhook"},
	{"a DC-09 device is named dc09.ACCOUNT, hex digits in capitals", "DC-09 设备的编号为 dc09.账号，十六进制大写"},
	{"a watch is named watch.NUMBER, digits only", "手表的编号为 watch.号码，只用数字"},
	{"a device of a vendor's cloud is named VENDOR.DEVICE, as vendors.yaml has it",
     "厂商云设备的编号为 厂商.设备，与 vendors.yaml 一致"},
	{"this is the name of a device of another protocol", "这是另一种协议的设备编号"},
	{"--codes is for DC-09 devices", "代码表只用于 DC-09 设备"},
	{"--codes is the name of a table in codes.yaml, such as climax", "代码表为 codes.yaml 里的表名，例如 climax"},
	{"--model has at most 63 bytes", "型号最多 63 字节"},
	/* rows against each other and the registry (table_check.c, table_import.c) */
	{"stands in line {} already", "与第 {} 行重复"},
	{"there is no such {}", "登记库里没有这个{}"},
	{"lives in household {}", "住在另一户：{}"},
	{"has blanks around it, or a line break or sign that does not belong there",
     "前后有空格，或含有不该有的换行、符号"},
	{"is no telephone number: 3 to 20 digits", "不是电话号码：3 到 20 位数字"},
	{"is no such day, or lies before the one that it follows", "没有这一天，或早于它应在其后的日子"},
	{"a word has small letters, digits and _ only", "代码词只用小写字母、数字和 _"},
	{"is not a division code", "不是区划代码"},
	{"is outside its bounds", "超出范围"},
	{"is none of the values that there are", "不在可取的值里"},
	{"is no place: half of it is missing, or it lies outside", "不是有效位置：缺一半，或超出范围"},
	{"are no times of the week", "不是每周时段"},
	{"are more than there may be", "数量超过上限"},
	{"is the same as another one", "与另一项相同"},
	{"names what is not there", "所指的不存在"},
	{"is more than a record holds", "超过一条记录的容量"},
	{"is not as the registry wants it", "不符合登记库的要求"},
	{"this home would have more of them than there may be", "这一户的数量会超过上限"},
	{"this home would say more than a record holds", "这一户的内容会超过一条记录的容量"},
	{"this record would be larger than 16 KiB", "这条记录会超过 16 KiB"},
	{"stands in the registry otherwise; --update changes it to what the table says",
     "与登记库不同；加 --update 则改成表格的内容"},
	{"a native device needs a key: enter it here, or have new ones written by --keys FILE",
     "自有设备需要密钥：请填写，或用 --keys 文件 生成新的"},
	{"more than 64 rows are about this one", "关于它的行超过 64 行"},
	{"its record in the registry is unreadable", "登记库里它的记录无法读取"},
	{"this home was erased; its number is not used again", "这一户已被抹除，编号不再使用"},
	{"this person was erased; the account is not used again", "此人的资料已被抹除，该账号不再使用"},
	{"there is no such household; import homes first", "没有这一户；请先导入住户（homes）"},
	{"this name is the system's own", "这个编号由系统保留"},
	{"household", "住户"},
	{"area", "区域"},
	{"station", "站点"},
	{"person", "人员"},
	{"device", "设备"},
	/* how far, and what came of it (table_import.c, table_rows.c) */
	{"looked at {} of {}", "已检查 {} / {}"},
	{"entered {} of {}", "已写入 {} / {}"},
	{"it broke off while it was looked at: nothing was entered", "检查时中断：什么都没有写入"},
	{"the table can't be read: nothing was entered", "表格无法读取：什么都没有写入"},
	{"{} to be entered, {} to be changed, {} there already, {} bad; nothing was written",
     "将新增 {} 行，将修改 {} 行，已有 {} 行，有误 {} 行；未写入任何内容"},
	{"{} bad: nothing was entered; mend them, or say --skip-bad",
     "有误 {} 行：什么都没有写入；请改正，或加 --skip-bad"},
	{"{} entered, {} changed, {} there already, {} bad", "已新增 {} 行，已修改 {} 行，已有 {} 行，有误 {} 行"},
	{", {} changed by somebody else at this moment: make it again", "，{} 行此刻正被他人修改：请再导入一次"},
	{"; it broke off: make it again, and what is missing is entered", "；中断了：请再导入一次，会补上缺的"},
	{"and {} more", "另有 {} 处"},
	{"line", "行"},
	{"column", "列"},
	{"reason", "原因"},
};

bool table_lang_of(const char *name, enum table_lang *ret)
{
	static const char *const FROM[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

	if (name != NULL) {
		*ret = strcmp(name, "zh") == 0 ? TABLE_ZH : TABLE_EN;
		return *ret == TABLE_ZH || strcmp(name, "en") == 0;
	}
	for (size_t i = 0; i < sizeof FROM / sizeof FROM[0]; i++) {
		const char *value = getenv(FROM[i]);

		if (value == NULL || value[0] == '\0')
			continue;
		*ret = strncmp(value, "zh", 2) == 0 ? TABLE_ZH : TABLE_EN;
		return true;
	}
	*ret = TABLE_EN;
	return true;
}

struct hole {
	const char *at;
	size_t len;
};

/* The text is this sentence; what stands where it has holes. A hole ends at the first place where the rest can go on. */
static bool fits(const char *pattern, const char *text, struct hole holes[HOLES_MAX])
{
	size_t n = 0;

	for (;;) {
		const char *hole = strstr(pattern, HOLE), *next;
		size_t len = hole == NULL ? strlen(pattern) : (size_t)(hole - pattern);

		if (strncmp(pattern, text, len) != 0)
			return false;
		text += len;
		if (hole == NULL)
			return *text == '\0';
		if (n == HOLES_MAX)
			return false;
		pattern = hole + strlen(HOLE);
		next = strstr(pattern, HOLE);
		len = next == NULL ? strlen(pattern) : (size_t)(next - pattern);
		holes[n].at = text;
		if (next == NULL) {
			/* The last one: up to where the end of the sentence begins. */
			if (strlen(text) < len)
				return false;
			text += strlen(text) - len;
		} else {
			while (*text != '\0' && strncmp(text, pattern, len) != 0)
				text++;
		}
		holes[n].len = (size_t)(text - holes[n].at);
		if (holes[n].len == 0)
			return false;
		n++;
	}
}

/* What stands in a hole may be a word of ours. */
static size_t hole_put(const struct hole *h, char *to, size_t size)
{
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
		if (strlen(WORDS[i].en) == h->len && memcmp(WORDS[i].en, h->at, h->len) == 0)
			return (size_t)snprintf(to, size, "%s", WORDS[i].zh);
	return (size_t)snprintf(to, size, "%.*s", (int)h->len, h->at);
}

static void fill(const char *pattern, const struct hole *holes, char room[TABLE_SAY_MAX])
{
	size_t len = 0, n = 0;

	while (*pattern != '\0' && len < TABLE_SAY_MAX - 1) {
		if (strncmp(pattern, HOLE, strlen(HOLE)) == 0) {
			len += hole_put(&holes[n++], room + len, TABLE_SAY_MAX - len);
			pattern += strlen(HOLE);
		} else {
			room[len++] = *pattern++;
		}
	}
	room[len < TABLE_SAY_MAX ? len : TABLE_SAY_MAX - 1] = '\0';
}

const char *table_say(enum table_lang lang, const char *english, char room[TABLE_SAY_MAX])
{
	struct hole holes[HOLES_MAX];

	if (lang == TABLE_EN)
		return english;
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
		if (fits(WORDS[i].en, english, holes)) {
			fill(WORDS[i].zh, holes, room);
			return room;
		}
	return english;
}
