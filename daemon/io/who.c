#include "io/who.h"

#include <sodium.h>

static bool hex_lower(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!(text.at[i] >= '0' && text.at[i] <= '9') && !(text.at[i] >= 'a' && text.at[i] <= 'f'))
			return false;
	return true;
}

bool token_read(struct slice text, char ret_id[TOKEN_ID_LEN + 1], uint8_t ret_secret[TOKEN_SECRET_LEN / 2])
{
	const size_t head = sizeof TOKEN_PREFIX - 1;
	struct slice id, secret;
	size_t len;

	if (text.len != TOKEN_LEN || memcmp(text.at, TOKEN_PREFIX, head) != 0 || text.at[head + TOKEN_ID_LEN] != '_')
		return false;
	id = slice_of(text.at + head, TOKEN_ID_LEN);
	secret = slice_of(text.at + head + TOKEN_ID_LEN + 1, TOKEN_SECRET_LEN);
	return hex_lower(id) && hex_lower(secret) && text_copy(ret_id, TOKEN_ID_LEN + 1, id) &&
	       sodium_hex2bin(ret_secret, TOKEN_SECRET_LEN / 2, (const char *)secret.at, secret.len, NULL, &len, NULL) ==
	           0 &&
	       len == TOKEN_SECRET_LEN / 2;
}

/* What stands behind "Bearer "; the length of the whole header says whether there is one at all. */
static bool bearer(const char *header, struct slice *ret)
{
	static const char SCHEME[] = "bearer";

	if (strncasecmp(header, SCHEME, sizeof SCHEME - 1) != 0 || header[sizeof SCHEME - 1] != ' ')
		return false;
	header += sizeof SCHEME - 1;
	header += strspn(header, " ");
	*ret = slice_str(header);
	return true;
}

static enum who_result by_token(struct web *web, struct lws *wsi, struct who *ret)
{
	char header[TOKEN_LEN + 32], id[TOKEN_ID_LEN + 1];
	uint8_t secret[TOKEN_SECRET_LEN / 2];
	struct slice text;
	struct app_health h;
	bool good;

	header_copy(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, header, sizeof header);
	good = bearer(header, &text) && token_read(text, id, secret) &&
	       app_who_token(web->app, id, slice_of(secret, sizeof secret), ret);
	sodium_memzero(header, sizeof header);
	sodium_memzero(secret, sizeof secret);
	if (good)
		return WHO_OK;
	app_health(web->app, &h);
	if (!h.loaded)
		return WHO_LATER;
	metric_add(web->metrics, METRIC_TOKEN_REFUSED, 1);
	return WHO_TOKEN;
}

bool who_is_person(const struct who *who)
{
	return who->login[0] != '\0' && who->role != ROLE_WALLBOARD;
}

enum who_result who_asks(struct web_port *port, struct lws *wsi, bool change, struct who *ret)
{
	char session[LOGIN_NAME_LEN + 1];
	struct web *web = port->web;

	memset(ret, 0, sizeof *ret);
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_AUTHORIZATION) != 0)
		return by_token(web, wsi, ret);
	if (!session_shown(wsi, session) || !app_who_login(web->app, session, ret))
		return session_none(web, wsi) == 503 ? WHO_LATER : WHO_NONE;
	if (change && !origin_good(port, wsi)) {
		metric_add(web->metrics, METRIC_WEB_WRONG_ORIGIN, 1);
		return WHO_ORIGIN;
	}
	return WHO_OK;
}
