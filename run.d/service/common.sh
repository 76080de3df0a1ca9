# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# common.sh: what every service's run script begins with.  s6-supervise starts it in
# the service's own directory, $VAR/service/NAME.

exec 2>&1
NAME=$(basename "$PWD")
VAR=$(cd ../.. && pwd -P)
RUN=$(readlink -f "$VAR/run")
: "$NAME" "$RUN"	# used by the scripts that source this one

# claim SIGNAL: makes this process the only one of its service.  A supervisor that
# was killed leaves its program running: whoever holds the lock is asked by SIGNAL to
# end, then killed, together with the processes it started.  The lock is an open file
# (descriptor 9) that lasts as long as any of them.
claim() {
	exec 9>>lock
	if ! flock -n 9; then
		before=$(cat pid)
		kill -s "$1" -- "-$before" 2>/dev/null
		flock -w 20 9 || kill -s KILL -- "-$before" 2>/dev/null
		flock -w 20 9 || exit 1
	fi
	echo $$ >pid
}

# setting NAME: the value from gatehouse.conf, the environment first.
setting() {
	eval "value=\${$1-}"
	[ -n "$value" ] || value=$(sed -n "s/^$1=//p" "$VAR/gatehouse.conf" | tail -n 1)
	printf '%s\n' "$value"
}
