# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# say.sh: words to the person, and small tools without a better home.

# say TEXT...: one line of progress, on standard error.
say() { printf '%s\n' "$*" >&2; }

# die TEXT...: says what is wrong and ends ./run with status 1.
die() {
	say "run: $*"
	exit 1
}

# plain PATH: true when no shell, make or configuration file needs to quote it.
plain() {
	case $1 in
	*[!A-Za-z0-9/._+-]*) return 1 ;;
	esac
}

# random_hex BYTES: that many random bytes in hexadecimal.
random_hex() { od -An -v -N "$1" -tx1 /dev/urandom | tr -d ' \n'; }

# put_file PATH MODE: standard input becomes the file, at once and owned by the
# site's user.  Leaves the file alone when it holds that text already.
put_file() {
	new=$1.new
	(umask 077 && cat >"$new")
	if cmp -s "$new" "$1"; then
		rm -f "$new"
		return
	fi
	chmod "$2" "$new"
	own "$new"
	mv -f "$new" "$1"
}

# poll SECONDS COMMAND...: runs the command until it succeeds; false after SECONDS.
poll() {
	until=$(($(date +%s) + $1))
	shift
	while ! "$@"; do
		[ "$(date +%s)" -lt "$until" ] || return 1
		sleep 0.1
	done
}
