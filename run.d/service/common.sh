# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# common.sh: what every service's run script begins with.  s6-supervise starts it in
# the service's own directory, $VAR/service/NAME, a logger in $VAR/service/NAME/log.

exec 2>&1
case $PWD in
*/service/*/log) NAME=$(basename "${PWD%/log}") VAR=$(cd ../../.. && pwd -P) ;;
*) NAME=$(basename "$PWD") VAR=$(cd ../.. && pwd -P) ;;
esac
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

# ready_soon: tells s6-supervise (descriptor 3) that the program is well when it has
# lived for half a second.  A program that was well is restarted at once when it dies;
# one that was not, after a second.  Whoever calls this closes descriptor 3 at exec.
ready_soon() {
	({ sleep 0.5 && echo >&3; } 9>&- 2>/dev/null &)
}

# settings_load: exports the settings of this program's row and no others.  The
# command prints lines NAME=value; a quoted value is quoted as the shell does.
settings_load() {
	settings=$(GATEHOUSE_CONF=$VAR/gatehouse.conf "$VAR/install/bin/gatehouse" env "$NAME") || exit 1
	while read -r name; do
		unset "$name"
	done <../overrides
	while IFS= read -r line; do
		case $line in
		*=\"*\") eval "export $line" ;;
		*=*) export "${line?}" ;;
		esac
	done <<-END
	$settings
	END
	unset settings
}
