# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# services.sh: the processes of the site under s6.  $VAR/service is the scan directory;
# each service has a run script, made from run.d/service/, and a logger.

PGBIN=/usr/lib/postgresql/15/bin

# Whoever waits for a service (s6-svwait, s6-svc -w) must be the site's user: its
# supervisor writes to a pipe of theirs.

# routes: the names of all routes, one per line.
routes() { awk '{ print $1 }' "$VAR/service/routes"; }

# workers: the names of all workers, one per line.
workers() { awk '{ print $1 }' "$VAR/service/workers"; }

# services: all services in the order in which they are started.
services() {
	echo fdholder
	echo postgres
	! sandbox_on || echo sandbox
	routes
	workers
	echo nginx
}

sandbox_on() { [ "$(setting SANDBOX)" = 1 ]; }

svscan_alive() { s6-svscanctl -a "$VAR/service" 2>/dev/null; }

service_up() { [ "$(s6-svstat -o up "$VAR/service/$1" 2>/dev/null)" = true ]; }

# services_write: makes or brings up to date everything under $VAR/service.
services_write() {
	as_site mkdir -p -m 700 "$VAR/service" "$VAR/log" "$VAR/metrics" "$VAR/sandbox" "$VAR/nginx"
	awk -f "$SRC/build-aux/routes.awk" -v out=services "$SRC/routes.tab" | put_file "$VAR/service/routes" 600
	awk -f "$SRC/build-aux/routes.awk" -v out=workers "$SRC/routes.tab" "$SRC/workers.tab" |
		put_file "$VAR/service/workers" 600
	printf '%s\n' "$OVERRIDES" | tr ' ' '\n' | put_file "$VAR/service/overrides" 600
	put_file "$VAR/service/common.sh" 600 <"$SRC/run.d/service/common.sh"
	put_file "$VAR/service/bind-sockets" 700 <"$SRC/run.d/service/bind-sockets"
	for service in $(services); do
		service_write "$service"
	done
	services_forget
	holder_rules "$VAR/service/fdholder/rules/uid"
	echo "$PGBIN" | put_file "$VAR/service/postgres/pgbin" 600
	echo SIGINT | put_file "$VAR/service/postgres/down-signal" 600
	echo 0 | put_file "$VAR/service/postgres/timeout-kill" 600
	echo SIGQUIT | put_file "$VAR/service/nginx/down-signal" 600
	! sandbox_on || sandbox_write
}

service_write() {
	kind=$1
	[ -f "$SRC/run.d/service/$1.run" ] || kind=route
	! workers | grep -qx "$1" || kind=worker
	as_site mkdir -p "$VAR/service/$1/log"
	put_file "$VAR/service/$1/run" 700 <"$SRC/run.d/service/$kind.run"
	put_file "$VAR/service/$1/log/run" 700 <"$SRC/run.d/service/log.run"
	echo 3 | put_file "$VAR/service/$1/notification-fd" 600
	echo 3 | put_file "$VAR/service/$1/log/notification-fd" 600
	# a request takes 40 s at most; who does not end by then (in ms) is killed
	echo 45000 | put_file "$VAR/service/$1/timeout-kill" 600
}

sandbox_write() {
	echo "$URL/functions/v1/stripe-webhook" | put_file "$VAR/service/sandbox/webhook" 600
	echo 10000 | put_file "$VAR/service/sandbox/timeout-kill" 600
}

# the holder answers nobody but processes of its own user
holder_rules() {
	as_site mkdir -p "$1/self/env"
	: | put_file "$1/self/allow" 600
	for right in STORE_REGEX RETRIEVE_REGEX; do
		echo '^[a-z0-9-]*$' | put_file "$1/self/env/S6_FDHOLDER_$right" 600
	done
	echo 1 | put_file "$1/self/env/S6_FDHOLDER_LIST" 600
}

# ends services that are no longer wanted: routes that left the table, the sandbox
services_forget() {
	wanted=$(services)
	for dir in "$VAR"/service/*/; do
		dir=${dir%/}
		case "
$wanted
" in
		*"
${dir##*/}
"*) continue ;;
		esac
		[ ! -d "$dir" ] || service_forget "$dir"
	done
}

service_forget() {
	if s6-svok "$1"; then
		as_site s6-svc -wD -T 30000 -xd "$1" || :
		s6-svc -xd "$1/log" 2>/dev/null || :
	fi
	rm -rf "$1"
	! svscan_alive || s6-svscanctl -an "$VAR/service"
}

# supervisor_start: s6-svscan in the background, with every service down.
supervisor_start() {
	if svscan_alive; then
		s6-svscanctl -a "$VAR/service"
	else
		supervisors_end
		rm -f "$RUN/bound"
		for service in $(services); do
			: | put_file "$VAR/service/$service/down" 600
		done
		clean as_site setsid -f s6-svscan "$VAR/service" \
			</dev/null >>"$VAR/log/supervisor.log" 2>&1 7>&-
	fi
	for service in $(services); do
		poll 20 s6-svok "$VAR/service/$service" || die "the supervisor does not start; see $VAR/log/supervisor.log"
	done
}

# Supervisors whose s6-svscan was killed are told to end, with what they run.
supervisors_end() {
	for dir in "$VAR"/service/*/ "$VAR"/service/*/log/; do
		! s6-svok "$dir" 2>/dev/null || s6-svc -xd "$dir"
	done
	for dir in "$VAR"/service/*/; do
		[ ! -e "$dir/lock" ] || poll 30 orphan_gone "$dir" || die "processes of $dir do not end"
	done
}

# A program whose supervisor was killed holds its lock: see run.d/service/common.sh.
orphan_gone() {
	flock -n "$1/lock" true && return
	s6-svok "$1" 2>/dev/null || kill -s TERM -- "-$(cat "$1/pid")" 2>/dev/null || :
	return 1
}

# service_start NAME: also when its supervisor comes back one day.
service_start() {
	rm -f "$VAR/service/$1/down"
	s6-svc -u "$VAR/service/$1"
}

# service_renew NAME FILE...: restarts a running service if the files are not those it
# was started with; starts one that is down.
service_renew() {
	renew_name=$1
	shift
	sum=$(cat "$@" "$VAR/service/$renew_name/run" "$VAR/service/common.sh" | cksum)
	if ! service_up "$renew_name"; then
		service_start "$renew_name"
	elif [ "$sum" != "$(cat "$VAR/service/$renew_name/sum" 2>/dev/null)" ]; then
		s6-svc -r "$VAR/service/$renew_name"
	fi
	echo "$sum" | put_file "$VAR/service/$renew_name/sum" 600
}

# services_stop: everything, PostgreSQL last.
services_stop() {
	for service in nginx $(routes) $(workers) sandbox fdholder postgres; do
		rm -f "$VAR/service/$service/down"
		! s6-svok "$VAR/service/$service" 2>/dev/null || s6-svc -d "$VAR/service/$service"
		case $service in
		nginx | sandbox | postgres) service_wait_down "$service" ;;
		esac
	done
	! svscan_alive || s6-svscanctl -t "$VAR/service"
	poll 60 supervisor_gone || die "the supervisor does not end; see $VAR/log/supervisor.log"
	supervisors_end
}

service_wait_down() {
	! s6-svok "$VAR/service/$1" 2>/dev/null || as_site s6-svwait -t 60000 -D "$VAR/service/$1" ||
		die "$1 does not end; see ./run logs $1"
}

supervisor_gone() { ! svscan_alive; }
