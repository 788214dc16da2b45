#include "io/ws.h"

#include <stdlib.h>

/* A Close frame for lws_write(). The public header leaves the number out between HTTP and PING and points to
 * lws_close_reason(). But with that, and -1 returned from a WRITEABLE callback, Debian's build closes at once: it calls
 * the closing a second time to see whether it can bear that, and the second call does not wait for the Close to go out. */
#define WRITE_CLOSE ((enum lws_write_protocol)4)

/* Messages to this size are sent from the stack, without an allocation. */
#define DIRECT_MAX 16384
/* A reassembly buffer larger than this is given back when its message is done. */
#define KEEP_MAX 16384

void ws_open(struct ws *ws, struct lws *wsi, struct lwsev *ev, struct metrics *metrics, const struct ws_limits *limits,
             const struct ws_sink *sink, void *owner)
{
	memset(ws, 0, sizeof *ws);
	ws->wsi = wsi;
	ws->ev = ev;
	ws->metrics = metrics;
	ws->limits = limits;
	ws->sink = sink;
	ws->owner = owner;
	TAILQ_INIT(&ws->out);
}

static void ws_free(struct ws *ws)
{
	struct ws_out *out;

	while ((out = TAILQ_FIRST(&ws->out)) != NULL) {
		TAILQ_REMOVE(&ws->out, out, link);
		free(out);
	}
	ws->queued = 0;
	free(ws->in);
	ws->in = NULL;
	ws->in_len = ws->in_size = 0;
	ws->wsi = NULL;
}

/* Ends the connection from inside a callback: lws sends a Close with the code and waits a moment for the answer. */
static int refuse(struct ws *ws, enum metric counter, enum lws_close_status code)
{
	metric_add(ws->metrics, counter, 1);
	lws_close_reason(ws->wsi, code, NULL, 0);
	return -1;
}

static bool send_close(struct ws *ws, uint16_t code)
{
	uint8_t frame[LWS_PRE + 2];

	frame[LWS_PRE] = (uint8_t)(code >> 8);
	frame[LWS_PRE + 1] = (uint8_t)code;
	ws->close_sent = true;
	return lws_write(ws->wsi, frame + LWS_PRE, 2, WRITE_CLOSE) >= 0;
}

static bool in_room(struct ws *ws, size_t len)
{
	size_t size = ws->in_size == 0 ? 1024 : ws->in_size;
	uint8_t *grown;

	while (size < ws->in_len + len)
		size *= 2;
	if (size == ws->in_size)
		return true;
	grown = realloc(ws->in, size);
	if (grown == NULL)
		return false;
	ws->in = grown;
	ws->in_size = size;
	return true;
}

static void deliver(struct ws *ws, struct slice message)
{
	ws->in_message = false;
	metric_add(ws->metrics, METRIC_WS_MESSAGES_IN, 1);
	ws->receiving = true;
	ws->sink->message(ws->owner, ws->in_text, message);
	ws->receiving = false;
}

static int receive(struct ws *ws, struct slice part)
{
	bool last = lws_is_final_fragment(ws->wsi) && lws_remaining_packet_payload(ws->wsi) == 0;

	if (ws->sink == NULL || ws->peer_closed) /* closing: what still comes is of no interest */
		return 0;
	if (!ws->in_message) {
		ws->in_message = true;
		ws->in_text = !lws_frame_is_binary(ws->wsi);
		ws->in_len = 0;
		ws->utf8 = (struct utf8){0};
	}
	if (ws->in_text && !ws->limits->text)
		return refuse(ws, METRIC_WS_NOT_BINARY, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE);
	/* The rest of the frame is announced: no need to wait for it to know that it is too much. */
	if (part.len + lws_remaining_packet_payload(ws->wsi) > ws->limits->message_max - ws->in_len)
		return refuse(ws, METRIC_WS_TOO_BIG, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
	if (ws->in_text && (!utf8_take(&ws->utf8, part) || (last && !utf8_whole(&ws->utf8))))
		return refuse(ws, METRIC_WS_BAD_UTF8, LWS_CLOSE_STATUS_INVALID_PAYLOAD);
	if (last && ws->in_len == 0) {
		/* The usual case: one message in one piece is not copied. */
		deliver(ws, part);
	} else {
		if (!in_room(ws, part.len))
			return refuse(ws, METRIC_WS_TOO_BIG, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE);
		if (part.len != 0)
			memcpy(ws->in + ws->in_len, part.at, part.len);
		ws->in_len += part.len;
		if (last) {
			deliver(ws, slice_of(ws->in, ws->in_len));
			ws->in_len = 0;
			if (ws->in_size > KEEP_MAX) {
				free(ws->in);
				ws->in = NULL;
				ws->in_size = 0;
			}
		}
	}
	if (ws->sink != NULL && !ws->sink->may_read(ws->owner)) {
		ws->paused = true;
		lws_rx_flow_control(ws->wsi, 0);
	}
	return 0;
}

/* Gives one message to lws, which keeps what the socket does not take. `at` has LWS_PRE writable bytes in front. */
static bool write_out(struct ws *ws, uint8_t *at, size_t len, bool text)
{
	if (lws_write(ws->wsi, at, len, text ? LWS_WRITE_TEXT : LWS_WRITE_BINARY) < (int)len)
		return false;
	metric_add(ws->metrics, METRIC_WS_MESSAGES_OUT, 1);
	ws->blocked = lws_partial_buffered(ws->wsi) != 0;
	if (ws->blocked)
		lws_callback_on_writable(ws->wsi);
	return true;
}

enum send_result ws_send(struct ws *ws, bool text, struct slice message)
{
	struct ws_out *out;

	if (ws->wsi == NULL || ws->closing || ws->peer_closed)
		return SEND_GONE;
	if (!ws->blocked && !ws->receiving && TAILQ_EMPTY(&ws->out) && message.len <= DIRECT_MAX) {
		uint8_t frame[LWS_PRE + DIRECT_MAX];

		if (message.len != 0)
			memcpy(frame + LWS_PRE, message.at, message.len);
		lwsev_kick(ws->ev);
		if (write_out(ws, frame + LWS_PRE, message.len, text))
			return SEND_OK;
		/* The socket is broken; lws tells us so by CLOSED in its own time. */
		lws_set_timeout(ws->wsi, PENDING_TIMEOUT_CLOSE_SEND, LWS_TO_KILL_ASYNC);
		return SEND_GONE;
	}
	if (ws->queued != 0 && ws->queued + message.len > ws->limits->queue_max) {
		if (!ws->full)
			metric_add(ws->metrics, METRIC_WS_QUEUE_FULL, 1);
		ws->full = true;
		return SEND_FULL;
	}
	out = malloc(sizeof *out + LWS_PRE + message.len);
	if (out == NULL) {
		ws->full = true;
		return SEND_FULL;
	}
	out->len = message.len;
	out->text = text;
	if (message.len != 0)
		memcpy(out->bytes + LWS_PRE, message.at, message.len);
	TAILQ_INSERT_TAIL(&ws->out, out, link);
	ws->queued += message.len;
	lws_callback_on_writable(ws->wsi);
	lwsev_kick(ws->ev);
	return SEND_OK;
}

/* Writes what is queued, as far as the socket takes it. */
static bool flush(struct ws *ws)
{
	struct ws_out *out;

	ws->blocked = lws_partial_buffered(ws->wsi) != 0;
	while (!ws->blocked && (out = TAILQ_FIRST(&ws->out)) != NULL) {
		bool good;

		TAILQ_REMOVE(&ws->out, out, link);
		ws->queued -= out->len;
		good = write_out(ws, out->bytes + LWS_PRE, out->len, out->text);
		free(out);
		if (!good)
			return false;
	}
	return true;
}

static int writeable(struct ws *ws)
{
	if (!flush(ws))
		return -1;
	if (ws->blocked || !TAILQ_EMPTY(&ws->out)) {
		lws_callback_on_writable(ws->wsi);
		return 0;
	}
	if (ws->closing)
		return ws->close_sent || send_close(ws, ws->close_code) ? 0 : -1;
	if (ws->full) {
		ws->full = false;
		if (ws->sink != NULL)
			ws->sink->drained(ws->owner);
	}
	return 0;
}

/* RFC 6455 7.4: lws answers a Close with the same payload, and has put 1002 where it knows the code to be wrong. What it
 * does not look at is put right here, in the payload that it will send back. */
static int peer_close(struct ws *ws, uint8_t *payload, size_t len)
{
	struct utf8 u = {0};
	enum lws_close_status code = LWS_CLOSE_STATUS_NOSTATUS;

	ws->peer_closed = true;
	if (ws->close_sent) /* the answer to ours */
		return -1;
	if (len == 0)
		return 0;
	if (len == 1) {
		metric_add(ws->metrics, METRIC_WS_PROTOCOL_ERRORS, 1);
		send_close(ws, LWS_CLOSE_STATUS_PROTOCOL_ERR);
		return -1;
	}
	if (((unsigned)payload[0] << 8 | payload[1]) >= 5000)
		code = LWS_CLOSE_STATUS_PROTOCOL_ERR;
	else if (!utf8_take(&u, slice_of(payload + 2, len - 2)) || !utf8_whole(&u))
		code = LWS_CLOSE_STATUS_INVALID_PAYLOAD;
	if (code == LWS_CLOSE_STATUS_NOSTATUS)
		return 0;
	metric_add(ws->metrics, code == LWS_CLOSE_STATUS_PROTOCOL_ERR ? METRIC_WS_PROTOCOL_ERRORS : METRIC_WS_BAD_UTF8, 1);
	payload[0] = (uint8_t)(code >> 8);
	payload[1] = (uint8_t)code;
	memset(payload + 2, '?', len - 2);
	return 0;
}

static void gone(struct ws *ws)
{
	const struct ws_sink *sink = ws->sink;

	ws_free(ws);
	ws->sink = NULL;
	if (sink != NULL)
		sink->gone(ws->owner);
}

int ws_callback(struct ws *ws, enum lws_callback_reasons reason, void *in, size_t len)
{
	if (ws->wsi == NULL) /* refused before it was opened, or gone */
		return 0;
	/* Callbacks of many more reasons come; these are ours. */
	if (reason == LWS_CALLBACK_RECEIVE)
		return receive(ws, slice_of(in, len));
	if (reason == LWS_CALLBACK_SERVER_WRITEABLE)
		return writeable(ws);
	if (reason == LWS_CALLBACK_WS_PEER_INITIATED_CLOSE)
		return peer_close(ws, in, len);
	/* lws is about to close, perhaps for a broken frame that came right behind a good one: the answer to that one goes
	 * out before the Close. */
	if (reason == LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL && !ws->peer_closed && !ws->closing)
		(void)flush(ws);
	if (reason == LWS_CALLBACK_CLOSED)
		gone(ws);
	return 0;
}

void ws_close(struct ws *ws, uint16_t code)
{
	ws->sink = NULL;
	if (ws->wsi == NULL || ws->closing)
		return;
	ws->closing = true;
	ws->close_code = code;
	lws_set_timeout(ws->wsi, PENDING_TIMEOUT_CLOSE_SEND, CLOSE_WAIT_S);
	lws_callback_on_writable(ws->wsi);
	lwsev_kick(ws->ev);
}

void ws_resume(struct ws *ws)
{
	if (ws->wsi == NULL || !ws->paused)
		return;
	ws->paused = false;
	lws_rx_flow_control(ws->wsi, 1);
	lwsev_kick(ws->ev);
}
