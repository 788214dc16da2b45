# run.sh - ./dev run: the whole system on this machine with demo data, watched over until Ctrl-C.
# shellcheck shell=bash
#
# Owns:   the processes it starts (by pid), and DATA: Redis' files, the configuration, the logs.
# Bounds: a child that dies is started again at once, as systemd would, but DEATHS_MAX times
#         within DEATHS_WITHIN_S seconds is the end, with its last words.

DEATHS_MAX=5
DEATHS_WITHIN_S=60

PORT=8080
DATA=
HOMES=200
BIN=$BUILD/release

declare -gA PID=()    # name -> pid
declare -gA DEATHS=() # name -> seconds at which it died, the last DEATHS_MAX
declare -ga ORDER=()  # names as started; stopped the other way round

where() { # where [--port N] [--data DIR] REST...: sets PORT, DATA, and REST to what it does not know
	REST=()
	while [ $# -gt 0 ]; do
		case $1 in
		--port) PORT=${2:?--port needs a number} && shift 2 ;;
		--port=*) PORT=${1#*=} && shift ;;
		--data) DATA=${2:?--data needs a folder} && shift 2 ;;
		--data=*) DATA=${1#*=} && shift ;;
		--homes) HOMES=${2:?--homes needs a number} && shift 2 ;;
		*) REST+=("$1") && shift ;;
		esac
	done
	if ! [[ $PORT =~ ^[1-9][0-9]{0,4}$ ]] || ((PORT > 65532)); then
		die "--port: not a port with three more above it: $PORT"
	fi
	[[ $HOMES =~ ^[1-9][0-9]{0,5}$ ]] || die "--homes: not a number of homes: $HOMES"
	# A port of one's own means data of one's own, so that copies run side by side.
	DATA=${DATA:-$(default_data)}
	[[ $DATA = /* ]] || DATA=$PWD/$DATA
}

default_data() {
	if [ "$PORT" = 8080 ]; then echo "$BUILD/run"; else echo "$BUILD/run-$PORT"; fi
}

# --- small things ------------------------------------------------------------------------------

port_busy() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

check_ports() {
	local what port=$PORT busy=no
	for what in web "device link" DC-09 admin "elder watches" "vendors' clouds"; do
		if port_busy "$port"; then
			warn "port $port ($what) is in use by another program"
			busy=yes
		fi
		port=$((port + 1))
	done
	[ $busy = no ] || die "nothing was started; choose other ports with ./dev run --port N (N to N+5 must be free)"
}

http_ok() { # http_ok PORT PATH: answers 200?
	local line=
	line=$({
		exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
		printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$2" "$1" >&3
		read -r -t 2 line <&3 && printf '%s' "$line"
	} 2>/dev/null) || true
	[[ $line == HTTP/1.?\ 200* ]]
}

alive() { kill -0 "${PID[$1]}" 2>/dev/null; }

# wait_for NAME SECONDS COMMAND...: until COMMAND succeeds; ends all if NAME dies or time is up.
wait_for() {
	local name=$1 until=$((SECONDS + $2))
	shift 2
	until "$@"; do
		alive "$name" || give_up "$name ended while it started"
		((SECONDS < until)) || give_up "$name is not ready in time"
		sleep 0.1
	done
}

give_up() {
	warn "$1; its last words ($DATA/log/${1%% *}.log):"
	tail -n 20 "$DATA/log/${1%% *}.log" >&2 || true
	exit 1
}

# --- children ----------------------------------------------------------------------------------

# Each in a session of its own, so that Ctrl-C reaches only us and we stop them in order; and each
# told by the kernel to end should we be killed without a word.
start() { # start NAME COMMAND...
	local name=$1
	shift
	[[ " ${ORDER[*]} " == *" $name "* ]] || ORDER+=("$name")
	setsid setpriv --pdeathsig TERM -- "$@" >>"$DATA/log/$name.log" 2>&1 </dev/null 8>&- 9>&- &
	PID[$name]=$!
}

start_redis() {
	start redis redis-server "$ROOT/config/redis.conf" --dir "$DATA/redis" --unixsocket "$DATA/redis.sock" \
		--unixsocketperm 700 --daemonize no
	wait_for redis 60 redis_answers
	echo "this cell has run" >"$DATA/redis/cell.marker"
}

redis_answers() {
	[ "$(redis-cli -s "$DATA/redis.sock" ping 2>/dev/null)" = PONG ]
}

# Redis is never started empty where it has run before (systemd/pingan-redis.service keeps the same rule).
check_marker() {
	local dir=$DATA/redis
	if [ ! -e "$dir/cell.marker" ]; then
		[ -z "$(ls -A "$dir")" ] || die "$dir holds files but no cell.marker: not a cell of ours, or half of one"
		: >"$dir/cell.marker"
	elif [ -s "$dir/cell.marker" ] && ! compgen -G "$dir/appendonlydir/*.manifest" >/dev/null; then
		die "$dir: this cell has run, but its append-only files are gone. Bring them back, or remove $DATA to begin anew"
	fi
}

start_authd() {
	rm -f "$DATA/authd.sock"
	start pingan-authd "$BIN/daemon/pingan-authd" --socket "$DATA/authd.sock"
	wait_for pingan-authd 10 test -S "$DATA/authd.sock"
}

start_pingand() {
	start pingand "$BIN/daemon/pingand" --config "$DATA/pingand.yaml"
}

pingand_ready() { http_ok $((PORT + 3)) /readyz; }

start_homes() {
	rm -f "$DATA/homes.sock"
	start homes "$BIN/clients/sim/pingan-sim" homes --port $((PORT + 1)) --devices "$DATA/devices.csv" \
		--control "$DATA/homes.sock"
}

restart() {
	case $1 in
	redis) start_redis ;;
	pingan-authd) start_authd ;;
	pingand) start_pingand ;;
	homes) start_homes ;;
	esac
}

died() { # died NAME STATUS
	local name=$1 status=$2 how="exit $2"
	local -a times
	((status <= 128)) || how="signal $((status - 128))"
	read -ra times <<<"${DEATHS[$name]:-} $SECONDS"
	times=("${times[@]: -$((${#times[@]} < DEATHS_MAX ? ${#times[@]} : DEATHS_MAX))}")
	DEATHS[$name]=${times[*]}
	if ((${#times[@]} == DEATHS_MAX && SECONDS - times[0] < DEATHS_WITHIN_S)); then
		give_up "$name died $DEATHS_MAX times within $DEATHS_WITHIN_S s"
	fi
	warn "$name died ($how); starting it again"
	restart "$name"
}

stop_all() {
	local i name
	trap '' INT TERM HUP
	[ ${#ORDER[@]} -eq 0 ] || say "stopping"
	for ((i = ${#ORDER[@]} - 1; i >= 0; i--)); do
		name=${ORDER[i]}
		kill -TERM "${PID[$name]}" 2>/dev/null || continue
		local tries=0
		while kill -0 "${PID[$name]}" 2>/dev/null; do
			((++tries < 100)) || { warn "$name does not end; killed"; kill -KILL "${PID[$name]}" 2>/dev/null || true; }
			sleep 0.1
		done
	done
	rm -f "$DATA/homes.sock" "$DATA/authd.sock" "$DATA/redis.sock"
}

# Looks, four times a second. (Bash's wait -n forgets a child that ended while it did something else.)
watch_over() {
	local name status
	exec 8<> <(:) # nothing ever comes: a pause without a process
	while :; do
		read -r -t 0.25 -u 8 || true
		for name in "${ORDER[@]}"; do
			alive "$name" && continue
			status=0
			# Silenced: bash would add words of its own about a child that was killed.
			wait "${PID[$name]}" 2>/dev/null || status=$?
			died "$name" "$status"
		done
	done
}

# --- configuration and demo ---------------------------------------------------------------------

write_config() {
	[[ $DATA != *[\"\\]* && $ROOT != *[\"\\]* ]] || die "a folder's name with quotes or backslashes in it: not for YAML"
	cp "$ROOT/config/vendors.yaml" "$DATA/vendors.yaml"
	[ -s "$DATA/sample.secret" ] || (umask 077 && openssl rand -hex 32 >"$DATA/sample.secret")
	cat >"$DATA/pingand.yaml" <<-YAML
		# Written by ./dev run at every start; config/pingand.yaml explains every setting.
		demo: on
		root_area: "4401"
		desk_phone: "020-8000-0000"
		policy_file: "$ROOT/config/policy.yaml"
		codes_file: "$ROOT/config/codes.yaml"
		vendor_file: "$DATA/vendors.yaml"
		redis:
		  socket: "$DATA/redis.sock"
		listen:
		  web:
		    address: "127.0.0.1:$PORT"
		  devices:
		    address: "127.0.0.1:$((PORT + 1))"
		  dc09:
		    address: "127.0.0.1:$((PORT + 2))"
		  watch:
		    address: "127.0.0.1:$((PORT + 4))"
		  webhook:
		    address: "127.0.0.1:$((PORT + 5))"
		    tls: off
		  admin:
		    address: "127.0.0.1:$((PORT + 3))"
		web:
		  root: "$BUILD/web"
		authd:
		  socket: "$DATA/authd.sock"
		snapshot:
		  path: "$DATA/snapshot"
		  key_file: "$DATA/snapshot.key"
		audit:
		  key_file: "$DATA/audit.key"
		  anchor_file: "$DATA/audit.seals"
		limits:
		  devices: 2000
		  dc09: 100
		  watch: 100
		  screens: 200
		  web: 400
	YAML
}

load_demo() {
	[ "$(cat "$DATA/demo.loaded" 2>/dev/null)" != "$HOMES with a roster" ] || return 0
	say "loading two demo sub-districts: $HOMES homes, 12 caregivers, 4 operators, 1 supervisor, 1 wall"
	"$BIN/clients/ctl/pinganctl" --config "$DATA/pingand.yaml" demo load --homes "$HOMES" --on-duty 4 --roster \
		--devices "$DATA/devices.csv" --tokens "$DATA/tokens.csv" >"$DATA/log/demo.log" 2>&1 ||
		give_up "demo ended with an error"
	echo "$HOMES with a roster" >"$DATA/demo.loaded"
}

greet() {
	local device press="./dev press"
	device=$(awk -F, '$1 != "device" { print $1; exit }' "$DATA/devices.csv")
	[ "$PORT" = 8080 ] || press="$press --port $PORT"
	[ "$DATA" = "$(default_data)" ] || press="$press --data $DATA"
	cat <<-TEXT

		    ${BOLD}Console${PLAIN}         http://127.0.0.1:$PORT/console/     op01 to op04, supervisor sup01
		    ${BOLD}Caregiver page${PLAIN}  http://127.0.0.1:$PORT/caregiver/   cg01 to cg12
		    ${BOLD}Wall${PLAIN}            http://127.0.0.1:$PORT/wallboard/   wall01
		    ${BOLD}Password${PLAIN}        pingan-demo-2026, for all of them (invented people, this machine only)
		    ${BOLD}Press a button${PLAIN}  $press $device

		    Device link 127.0.0.1:$((PORT + 1))   DC-09 127.0.0.1:$((PORT + 2))   watches 127.0.0.1:$((PORT + 4))   metrics http://127.0.0.1:$((PORT + 3))/metrics
		    Vendors' clouds 127.0.0.1:$((PORT + 5)): $BIN/clients/sim/pingan-sim webhook sample A1023 --vendors $DATA/vendors.yaml --port $((PORT + 5))
		    Data and logs: $DATA

	TEXT
	say "running; Ctrl-C stops it"
}

# --- the commands ------------------------------------------------------------------------------

cmd_run() {
	local files
	where "$@"
	[ ${#REST[@]} -eq 0 ] || die "run: unknown option ${REST[0]}"
	# A socket's path has 107 bytes.
	[ ${#DATA} -le 90 ] || die "--data: too long a path for the sockets in it: $DATA"
	check_ports

	need_packages build
	build_c release || exit 1
	build_web

	mkdir -p "$DATA/log" "$DATA/redis"
	exec 9>"$DATA/lock"
	flock -n 9 || die "$DATA is in use by another ./dev run; choose another with --data DIR"
	check_ports # the build took a while
	check_marker

	# A descriptor for each home and screen; many machines start with 1,024.
	files=$(ulimit -Hn)
	if [ "$files" = unlimited ] || ((files > 20000)); then files=20000; fi
	ulimit -Sn "$files"

	trap stop_all EXIT
	trap 'exit 130' INT TERM HUP
	say "starting Redis (its data: $DATA/redis)"
	start_redis
	say "starting pingan-authd and pingand"
	start_authd
	write_config
	"$BIN/clients/ctl/pinganctl" --config "$DATA/pingand.yaml" audit key >"$DATA/log/audit-key.log" 2>&1 ||
		give_up "audit-key ended with an error"
	start_pingand
	wait_for pingand 30 pingand_ready
	load_demo
	start_homes
	trap 'exit 0' INT TERM HUP
	greet
	watch_over
}

cmd_press() {
	where "$@"
	[ -x "$BIN/clients/sim/pingan-sim" ] || die "not built yet: ./dev run does it"
	exec "$BIN/clients/sim/pingan-sim" press --port $((PORT + 1)) --devices "$DATA/devices.csv" \
		--control "$DATA/homes.sock" "${REST[@]}"
}
