#!lua name=pingan
--
-- commit.lua - the one way in which anything durable changes. A library of Redis Functions, built into pingand and
-- loaded by it; docs/STORE.md describes keys and rules, daemon/app/store.h the contract, daemon/io/redis_commit.c the
-- other end of this call.
--
--   FCALL commit <number of keys>
--     KEYS log, head, outbox; then of each put its record, of each check its record, the message (if there is one),
--          of each link its name
--     ARGV 1 "1", "2" with an audit part  7 message: "" none, "m" refuse copies, "a" forget an older memory first
--          2 commit id, 16 hex digits     8 what a copy of the message is told
--          3 number of puts               9 how long the message is remembered, ms
--          4 number of checks            10 refused while the store's clock is earlier, ms; 0 = no condition
--          5 number of links             11 LogEvent
--          6 number of outbox entries    12 added to TIME, ms: 0 but in tests
--          then of each put: expected newest commit id ("" = must not exist), "w", "a" (write, and keep the body apart
--               from the log) or "r" (remove), body
--               of each check: expected newest commit id ("" = must not exist)
--               of each link: "u" unique, "f" free, "a" add, "d" drop; value
--               of each outbox entry: its key, body
--          then, in form "2", because a person stands behind it: the audit part
--
--   Answer: {result, at_ms, log id, index, value, rev, newest commit id, body}, cut after the last that means something.
--   Everything is looked at before anything is written, and nothing that is written can fail: all of it or nothing.

local VERSION = 3
local SUM = '@SUM@'

local STORED, MINE, DUPLICATE, STALE, TAKEN, EARLY, REFUSED = 1, 2, 3, 4, 5, 6, 7

local PUTS_MAX, CHECKS_MAX, LINKS_MAX, OUTBOX_MAX = 6, 2, 6, 8
local BODY_MAX = 16384
local AUDIT_MAX = 2048
local COMMITS_TEXT_KEPT = 7 * 17 - 1 -- seven ids of 16 digits, a space between; the new one goes in front
local NO_COMMIT = '0000000000000000'
local NO_HASH = '0000000000000000000000000000000000000000'
-- Numbers are doubles here; up to this they print as digits. A log of a million entries a second gets there in 3 years.
local NUMBER_MAX = 99999999999999
-- A removed record leaves its last commit id for so long, so that the removal sent again is known.
local GONE_MS = 600000

local find, sub, match, floor -- set at the first call: while a library is loaded, Lua's own are not there yet

local function refuse(why)
	return {REFUSED, 0, 0, 0, why}
end

local function is_id(text)
	return #text == 16 and not find(text, '[^0-9a-f]')
end

local function count_of(text, max)
	local n = tonumber(text)
	if n and n >= 0 and n <= max and n == floor(n) then
		return n
	end
end

-- The newest entry of the log: number, commit id, time. From the stream itself.
local function newest_of_stream(log)
	local last = redis.pcall('XREVRANGE', log, '+', '-', 'COUNT', 1)
	if last.err then
		return nil
	end
	if #last == 0 then
		return 0, NO_COMMIT, 0
	end
	-- An entry that is not ours was written by hand: it counts as one whose commit id and time are not known.
	local n, commit, at = tonumber(match(last[1][1], '^(%d+)%-')), NO_COMMIT, 0
	local fields = last[1][2]
	for i = 1, #fields - 1, 2 do
		if fields[i] == 'commit' and is_id(fields[i + 1]) then
			commit = fields[i + 1]
		elseif fields[i] == 'at' then
			at = count_of(fields[i + 1], NUMBER_MAX) or 0
		end
	end
	return n, commit, at
end

-- The same from the key `head`, "<commit id> <13 digits of time> <number>": reading the entry itself would copy its bodies.
local function newest(log, head)
	if head and #head > 31 then
		local n, at = tonumber(sub(head, 32)), tonumber(sub(head, 18, 30))
		if n and at then
			return n, sub(head, 1, 16), at
		end
	end
	return newest_of_stream(log)
end

-- Refused after all: what was done is done the other way round. `done` holds commands.
local function take_back(done, why)
	for i = #done, 1, -1 do
		redis.call(unpack(done[i]))
	end
	return refuse(why)
end

local function hash_of(text)
	return text and #text >= 40 and not find(sub(text, 1, 40), '[^0-9a-f]') and sub(text, 1, 40)
end

-- The hash that the next entry of the audit chain names: from its head, else from its newest entry.
local function audit_prev(stream, head)
	local prev = hash_of(redis.call('MGET', head)[1])
	local last = not prev and redis.pcall('XREVRANGE', stream, '+', '-', 'COUNT', 1)
	if last and not last.err and #last == 1 then
		local fields = last[1][2]
		for i = 1, #fields - 1, 2 do
			if fields[i] == 'hash' then
				prev = hash_of(fields[i + 1])
			end
		end
	end
	return prev or NO_HASH
end

-- Puts the audit part into its chain and returns its hash; nil when that can't be done. `done` learns how to take it back.
local function audit_add(stream, head, done, n_text, at_text, body)
	local prev = audit_prev(stream, head)
	local hash = redis.sha1hex(prev .. ' ' .. n_text .. ' ' .. at_text .. ' ' .. body)
	local add = {'XADD', stream, n_text .. '-0', 'body', body, 'prev', prev, 'at', at_text, 'hash', hash}
	local added = redis.pcall(unpack(add))
	if type(added) == 'table' then
		-- Somebody has had his hands in it. What people do for those who called can't wait for that: what is there is set
		-- aside under another name, where pinganctl audit verify finds it, and the chain goes on.
		redis.pcall('RENAME', stream, stream .. '_broken_' .. n_text)
		added = redis.pcall(unpack(add))
		if type(added) == 'table' then
			return nil
		end
	end
	done[#done + 1] = {'XDEL', stream, added}
	return hash
end

local function commit(keys, args)
	local call, pcall_redis = redis.call, redis.pcall
	local id = args[2]
	local form = args[1]
	if (form ~= '1' and form ~= '2') or not id or not is_id(id) then
		return refuse('form')
	end
	local puts, checks = count_of(args[3], PUTS_MAX), count_of(args[4], CHECKS_MAX)
	local links, outboxes = count_of(args[5], LINKS_MAX), count_of(args[6], OUTBOX_MAX)
	local mode, memory_ms = args[7], count_of(args[9], NUMBER_MAX)
	local not_before, offset = count_of(args[10], NUMBER_MAX), tonumber(args[12])
	if not (puts and checks and links and outboxes and memory_ms and not_before and offset)
			or not (offset > -NUMBER_MAX and offset < NUMBER_MAX) then
		return refuse('counts')
	end
	if mode ~= '' and ((mode ~= 'm' and mode ~= 'a') or memory_ms == 0) then
		return refuse('message')
	end
	-- No record: a log entry only (a test press, a restore). Then the message alone tells the same commit sent again.
	if puts == 0 and (mode == '' or outboxes > 0) then
		return refuse('nothing to tell it by')
	end
	local messages = mode ~= '' and 1 or 0
	local check_key = 3 + puts
	local link_key = check_key + checks + messages
	local check_arg = 12 + 3 * puts
	local link_arg = check_arg + checks
	local outbox_arg = link_arg + 2 * links
	local audit = form == '2' and args[outbox_arg + 2 * outboxes + 1]
	if #keys ~= link_key + links or #args ~= outbox_arg + 2 * outboxes + (audit and 1 or 0) then
		return refuse('number')
	end
	if form == '2' and (not audit or #audit == 0 or #audit > AUDIT_MAX) then
		return refuse('audit')
	end
	if #args[11] > BODY_MAX then
		return refuse('event')
	end

	-- Each record: is this commit among its last ones? The main one also remembers what went to the outbox for it.
	local log = keys[1]
	local prefix_len = #log - 3 -- "log"
	local revs, lasts, sent = {}, {}, nil
	for i = 1, puts do
		local key, arg = keys[3 + i], 10 + 3 * i
		local expect, op = args[arg], args[arg + 1]
		if (#expect ~= 16 and expect ~= '') or (op ~= 'w' and op ~= 'a' and op ~= 'r') or #args[arg + 2] > BODY_MAX
				or #key <= prefix_len then
			return refuse('put')
		end
		for j = 4, 2 + i do
			if keys[j] == key then
				return refuse('put twice')
			end
		end
		local now
		if i > 1 or outboxes == 0 then
			now = pcall_redis('HMGET', key, 'rev', 'commits')
		else
			local ask = {'HMGET', key, 'rev', 'commits'}
			for j = 1, outboxes do
				ask[4 + j] = 'sent:' .. args[outbox_arg + 2 * j - 1]
			end
			now = pcall_redis(unpack(ask))
			sent = now
		end
		if now.err then
			return refuse('not a record')
		end
		revs[i], lasts[i] = tonumber(now[1] or 0), now[2] or ''
		if not revs[i] or (lasts[i] == '') ~= (revs[i] == 0) then
			return refuse('not a record')
		end
	end
	local read = {'MGET', keys[2]}
	if messages == 1 then
		read[3] = keys[link_key]
	end
	for i = 1, links do
		read[2 + messages + i] = keys[link_key + i]
	end
	local got = call(unpack(read))
	local n, prev, last_at = newest(log, got[1])
	if not n then
		return refuse('log')
	end
	local time = call('TIME')
	local at = time[1] * 1000 + floor(time[2] / 1000) + offset
	if at < last_at then
		at = last_at
	end
	for i = 1, puts do
		local mine = find(lasts[i], id, 1, true)
		if not mine and lasts[i] == '' and args[11 + 3 * i] == 'r' then
			mine = call('GET', sub(log, 1, prefix_len) .. 'gone:' .. sub(keys[3 + i], prefix_len + 1)) == id
		end
		if mine then
			return {MINE, at, prev == id and n or 0}
		end
	end

	-- A copy of a message that is known?
	local slack_ms = floor(memory_ms / 64)
	if slack_ms > 60000 then
		slack_ms = 60000
	end
	if mode == 'm' and got[2] then
		local known_until, entry, value = match(got[2], '^(%d+) (%d+) (.*)$')
		if known_until and tonumber(known_until) > at then
			-- Remembered for memory_ms after the last copy, and up to slack_ms longer: so not every copy is a write.
			if tonumber(known_until) < at + memory_ms then
				call('SET', keys[link_key], (at + memory_ms + slack_ms) .. ' ' .. entry .. ' ' .. value,
					'PX', memory_ms + slack_ms)
			end
			return {DUPLICATE, at, tonumber(entry), 0, value}
		end
	end
	if at < not_before then
		return {EARLY, at}
	end

	-- Does everything still stand as it was read?
	for i = 1, puts do
		local newest_id = sub(lasts[i], 1, 16)
		if newest_id ~= args[10 + 3 * i] then
			local body = revs[i] > 0 and call('HGET', keys[3 + i], 'body') or ''
			return {STALE, at, 0, i - 1, '', revs[i], newest_id, body or ''}
		end
	end
	for i = 1, checks do
		local expect, key = args[check_arg + i], keys[check_key + i]
		if #expect ~= 16 and expect ~= '' then
			return refuse('check')
		end
		local now = pcall_redis('HMGET', key, 'rev', 'commits')
		if now.err then
			return refuse('not a record')
		end
		local newest_id = sub(now[2] or '', 1, 16)
		if newest_id ~= expect then
			local body = now[1] and call('HGET', key, 'body') or ''
			return {STALE, at, 0, puts + i - 1, '', tonumber(now[1] or 0) or 0, newest_id, body or ''}
		end
	end

	-- Are the names free? A name that this commit has changed counts as changed.
	local changed, members = {}, {}
	for i = 1, links do
		local op, value, name = args[link_arg + 2 * i - 1], args[link_arg + 2 * i], keys[link_key + i]
		if op == 'u' or op == 'f' then
			local now = changed[name]
			if now == nil then
				now = got[1 + messages + i]
			end
			if op == 'f' then
				if now == value then
					changed[name] = false
				end
			elseif now and now ~= value then
				return {TAKEN, at, 0, i - 1, now}
			else
				changed[name] = value
			end
		elseif op == 'a' or op == 'd' then
			members[#members + 1] = i
		else
			return refuse('link')
		end
	end

	-- From here on: writing. First what may still say no.
	n = n + 1
	if n > NUMBER_MAX then
		return refuse('log full')
	end
	local n_text, at_text = tostring(n), tostring(at)
	local done, posts = {}, 0
	for i = 1, outboxes do
		local key = args[outbox_arg + 2 * i - 1]
		for j = 1, i - 1 do
			if args[outbox_arg + 2 * j - 1] == key then
				sent[2 + i] = true -- twice in one commit
			end
		end
		if not sent[2 + i] then
			local added = pcall_redis('XADD', keys[3], '*', 'key', key, 'entry', n_text, 'body', args[outbox_arg + 2 * i])
			if type(added) == 'table' then
				return take_back(done, 'outbox')
			end
			done[#done + 1] = {'XDEL', keys[3], added}
			posts = posts + 1
		end
	end
	for i = 1, #members do
		local k = members[i]
		local name, value, add = keys[link_key + k], args[link_arg + 2 * k], args[link_arg + 2 * k - 1] == 'a'
		local moved = pcall_redis(add and 'SADD' or 'SREM', name, value)
		if type(moved) == 'table' then
			return take_back(done, 'not a set')
		elseif moved == 1 then
			done[#done + 1] = {add and 'SREM' or 'SADD', name, value}
		end
	end
	local audit_stream, audit_head, hash
	if audit then
		audit_stream, audit_head = sub(log, 1, prefix_len) .. 'audit', sub(log, 1, prefix_len) .. 'audit_head'
		hash = audit_add(audit_stream, audit_head, done, n_text, at_text, audit)
		if not hash then
			return take_back(done, 'audit stream')
		end
	end
	local entry = {'XADD', log, n_text .. '-0', 'commit', id, 'prev', prev, 'at', at_text, 'event', args[11]}
	local top = 12
	for i = 1, puts do
		local removed = args[11 + 3 * i] == 'r'
		entry[top] = 'key'
		entry[top + 1] = sub(keys[3 + i], prefix_len + 1)
		entry[top + 2] = 'rev'
		entry[top + 4] = 'commits'
		entry[top + 6] = 'body'
		if removed then
			entry[top + 3], entry[top + 5], entry[top + 7] = '0', '', ''
		else
			revs[i] = tostring(revs[i] + 1)
			if lasts[i] == '' then
				lasts[i] = id
			else
				lasts[i] = id .. ' ' .. sub(lasts[i], 1, COMMITS_TEXT_KEPT)
			end
			entry[top + 3], entry[top + 5], entry[top + 7] = revs[i], lasts[i], args[12 + 3 * i]
			if args[11 + 3 * i] == 'a' then
				-- Personal data: it stands in the record alone, where it can be erased. Readers of the log fetch it there.
				entry[top + 6], entry[top + 7] = 'apart', ''
			end
		end
		top = top + 8
	end
	if audit then
		entry[top], entry[top + 1] = 'audit', hash
	end
	local added = pcall_redis(unpack(entry))
	if type(added) == 'table' then
		-- `head` is behind the stream (somebody wrote it by hand, or deleted it): the stream is right.
		n, prev, last_at = newest_of_stream(log)
		if not n then
			return take_back(done, 'log')
		end
		if at < last_at then
			at = last_at
		end
		n = n + 1
		n_text, at_text = tostring(n), tostring(at)
		entry[3], entry[7], entry[9] = n_text .. '-0', prev, at_text
		if audit then
			call(unpack(done[#done]))
			done[#done] = nil
			hash = audit_add(audit_stream, audit_head, done, n_text, at_text, audit)
			if not hash then
				return take_back(done, 'audit stream')
			end
			entry[top + 1] = hash
		end
		added = pcall_redis(unpack(entry))
		if type(added) == 'table' then
			return take_back(done, 'log')
		end
	end
	for i = 1, puts do
		local key = keys[3 + i]
		if args[11 + 3 * i] == 'r' then
			call('DEL', key)
			call('SET', sub(log, 1, prefix_len) .. 'gone:' .. sub(key, prefix_len + 1), id, 'PX', GONE_MS)
		elseif i > 1 or posts == 0 then
			call('HSET', key, 'rev', revs[i], 'commits', lasts[i], 'body', args[12 + 3 * i])
		else
			local set = {'HSET', key, 'rev', revs[i], 'commits', lasts[i], 'body', args[12 + 3 * i]}
			for j = 1, outboxes do
				if not sent[2 + j] then
					set[#set + 1] = 'sent:' .. args[outbox_arg + 2 * j - 1]
					set[#set + 1] = n_text
				end
			end
			call(unpack(set))
		end
	end
	local head = id .. ' ' .. at_text .. ' ' .. n_text
	if links == 0 then
		call('SET', keys[2], head)
	else
		local set = {'MSET', keys[2], head}
		for name, value in pairs(changed) do
			if value then
				set[#set + 1] = name
				set[#set + 1] = value
			else
				call('DEL', name)
			end
		end
		call(unpack(set))
	end
	if audit then
		call('SET', audit_head, hash .. ' ' .. n_text)
	end
	if messages == 1 then
		call('SET', keys[link_key], (at + memory_ms + slack_ms) .. ' ' .. n_text .. ' ' .. args[8],
			'PX', args[9] + slack_ms)
	end
	return {STORED, at, n}
end

redis.register_function('commit', function(keys, args)
	-- A call so broken that it trips us is refused too: an error would lose the answer. Nothing is written by then.
	if not floor then
		find, sub, match, floor = string.find, string.sub, string.match, math.floor
	end
	local ok, answer = pcall(commit, keys, args)
	if ok then
		return answer
	end
	return refuse('broken call')
end)

-- Entries of daemons of before carry bodies of personal records. Copies the next ones of the log to another stream, the
-- same in every number and id, without those; at its end that stream becomes the log. Readers notice nothing.
--
--   FCALL log_redact 2 log next  ARGV: number of the entry after which to go on, how many at most
--   Answer: {last entry copied, bodies left out, 1 when it is the log now}; {-1, 0, 0} when it may not be done.
redis.register_function('log_redact', function(keys, args)
	local call = redis.call
	local after, count = tonumber(args[1]), tonumber(args[2])
	if not after or not count or #keys ~= 2 or call('TYPE', keys[1]).ok ~= 'stream' or
			#call('XINFO', 'GROUPS', keys[1]) ~= 0 then
		return {-1, 0, 0}
	end
	if after == 0 then
		call('DEL', keys[2])
	else
		-- Another one that began meanwhile has thrown our copy away, or is done: behind its copy ours would leave a hole.
		local top = call('TYPE', keys[2]).ok == 'stream' and call('XREVRANGE', keys[2], '+', '-', 'COUNT', 1) or {}
		if #top == 0 or tonumber(string.match(top[1][1], '^(%d+)')) ~= after then
			return {-1, 0, 0}
		end
	end
	local left_out, last = 0, after
	local entries = call('XRANGE', keys[1], after == 0 and '-' or '(' .. args[1] .. '-18446744073709551615', '+', 'COUNT', count)
	for i = 1, #entries do
		local id, f = entries[i][1], entries[i][2]
		local add = {'XADD', keys[2], id}
		for k = 1, #f do
			add[3 + k] = f[k]
		end
		for k = 9, #f - 7, 8 do
			local key = f[k + 1]
			if f[k] == 'key' and f[k + 6] == 'body' and f[k + 7] ~= '' and
					(string.sub(key, 1, 10) == 'household:' or string.sub(key, 1, 7) == 'person:') then
				add[3 + k + 6], add[3 + k + 7] = 'apart', ''
				left_out = left_out + 1
			end
		end
		call(unpack(add))
		last = tonumber(string.match(id, '^(%d+)'))
	end
	if #entries < count then
		if call('EXISTS', keys[2]) == 1 then
			call('RENAME', keys[2], keys[1])
		end
		return {last, left_out, 1}
	end
	return {last, left_out, 0}
end)

redis.register_function{
	function_name = 'commit_version',
	callback = function()
		return {VERSION, SUM}
	end,
	flags = {'no-writes'},
}
