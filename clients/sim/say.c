#include "say.h"

#include <stdio.h>

static const char *const LANGUAGES[SAY_LANGUAGES] = {"cmn", "yue", "en"};

/* Short words, spoken slowly to somebody who is afraid. */
static const char *const SENTENCES[SAY_COUNT][SAY_LANGUAGES] = {
	[SAY_NOTHING] = {"", "", ""},
	[SAY_HEARD] = {"我们收到您的呼叫了，请不要着急。", "我哋收到你嘅呼叫喇，唔使心急。",
                   "We have heard you. Please stay calm."},
	[SAY_TALKING] = {"有人接了您的呼叫，正在联系您，请留意电话。", "有人接咗你嘅呼叫，而家联络紧你，请留意电话。",
                     "Somebody has taken your call and is calling you. Please listen for the telephone."},
	[SAY_ON_THE_WAY] = {"帮助您的人已经出发。", "帮你嘅人已经出发。", "Help is on its way."},
	[SAY_ARRIVED] = {"帮助您的人已经到门口了。", "帮你嘅人已经到咗门口。", "Help is at your door."},
	[SAY_CLOSED] = {"这次呼叫已经结束。需要时请再按按钮。", "今次呼叫已经完咗。有需要请再撳掣。",
                    "This call has ended. If you need us, press again."},
	[SAY_NOT_STORED] = {"正在为您接通，请不要离开，我们会一直尝试。", "而家同你接通紧，请唔好行开，我哋会一直试。",
                        "We are putting you through. Please stay near; we go on trying."},
	[SAY_TRIAL] = {"按钮正常，测试成功。", "个掣正常，测试成功。", "Your button works. The test has succeeded."},
};

const char *say_language(unsigned n)
{
	return n < SAY_LANGUAGES ? LANGUAGES[n] : NULL;
}

void say_text(enum say say, const char *language, uint32_t eta_min, char ret[SAY_TEXT_MAX])
{
	unsigned in = 0;

	for (unsigned i = 0; i < SAY_LANGUAGES; i++)
		if (strcmp(language, LANGUAGES[i]) == 0)
			in = i;
	if (say == SAY_ON_THE_WAY && eta_min != 0) {
		switch (in) {
		case 1:
			(void)snprintf(ret, SAY_TEXT_MAX, "帮你嘅人已经出发，大约%u分钟到。", eta_min);
			return;
		case 2:
			(void)snprintf(ret, SAY_TEXT_MAX, "Help is on its way, about %u minute%s.", eta_min,
			               eta_min == 1 ? "" : "s");
			return;
		default:
			(void)snprintf(ret, SAY_TEXT_MAX, "帮助您的人已经出发，大约%u分钟到。", eta_min);
			return;
		}
	}
	(void)snprintf(ret, SAY_TEXT_MAX, "%s", (unsigned)say < SAY_COUNT ? SENTENCES[say][in] : "");
}
