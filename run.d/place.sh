# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# place.sh: where the site lives and who it runs as.
#
# Sets SITE_USER (the account every process runs as), VAR (state directory), RUN
# (directory of the sockets), SRC (source that is built) and BUILD.

# Names from gatehouse.conf that the caller's environment may override.  Not those
# that tie this site to its own database and directories.
OVERRIDES="CRON_SECRET JWT_SECRET SANDBOX STRIPE_API_BASE STRIPE_SECRET_KEY \
STRIPE_WEBHOOK_SIGNING_SECRET"

is_root() { [ "$(id -u)" = 0 ]; }

# as_site COMMAND...: runs it as the site's user.
as_site() {
	if is_root; then
		runuser -u "$SITE_USER" -- "$@"
	else
		"$@"
	fi
}

# own PATH...: gives files that root made to the site's user.
own() {
	if is_root; then
		chown -h "$SITE_USER": "$@"
	fi
}

# clean COMMAND...: runs it without the caller's variables, so that a DATABASE_URL
# or PGHOST of somebody's shell never leads to another database.
clean() (
	# shellcheck disable=SC2013 # names have no spaces
	for name in $(awk 'BEGIN { for (n in ENVIRON) if (n ~ /^[A-Za-z_][A-Za-z0-9_]*$/) print n }'); do
		case " $OVERRIDES PATH LC_ALL TERM " in
		*" $name "*) ;;
		*) unset "$name" ;;
		esac
	done
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	"$@"
)

# place_find: for commands that need an existing site; ends ./run without one.
place_find() {
	SITE_USER=$(id -un)
	place_var
	[ -d "$VAR" ] || die "there is no site here yet; ./run makes one"
	VAR=$(cd "$VAR" && pwd -P) || die "$VAR belongs to another user"
	SITE_USER=$(stat -c %U "$VAR")
	is_root || [ "$SITE_USER" = "$(id -un)" ] ||
		die "the site in $VAR belongs to $SITE_USER: run this as $SITE_USER or root, or choose another GATEHOUSE_VAR"
	[ -e "$VAR/run" ] || [ -L "$VAR/run" ] || die "the site in $VAR was never started; ./run does"
	RUN=$(readlink -f "$VAR/run") || die "$VAR/run leads nowhere; ./run repairs it"
	place_source
}

# place_make: as place_find, and makes what is missing.
place_make() {
	SITE_USER=$(id -un)
	is_root && SITE_USER=gatehouse
	[ ! -d "${GATEHOUSE_VAR:-$TOP/var}" ] || keep_owner "${GATEHOUSE_VAR:-$TOP/var}"
	is_root && make_user
	place_var
	mkdir -p "$VAR" || die "cannot make $VAR; GATEHOUSE_VAR names another place"
	[ "$(stat -L -c %U "$VAR")" = "$SITE_USER" ] || { is_root && chown "$SITE_USER": "$VAR"; } ||
		die "the site in $VAR belongs to $(stat -L -c %U "$VAR"); GATEHOUSE_VAR names another place"
	chmod 700 "$VAR"
	VAR=$(cd "$VAR" && pwd -P)
	as_site test -w "$VAR/." ||
		die "the user $SITE_USER cannot reach $VAR; GATEHOUSE_VAR names another place"
	link_var
	make_run
	place_source
}

# root looks after a site that an ordinary user made as that user
keep_owner() {
	is_root || return 0
	owner=$(stat -L -c %U "$1")
	[ "$owner" = root ] || SITE_USER=$owner
}

make_user() {
	id "$SITE_USER" >/dev/null 2>&1 && return
	say "creating the system user $SITE_USER (nothing of the site runs as root)"
	useradd --system --user-group --no-create-home --home-dir /nonexistent \
		--shell /usr/sbin/nologin "$SITE_USER"
}

# var/ in the checkout, unless the checkout cannot hold it: then a directory of its
# own, named after the checkout's path.
place_var() {
	away=$(state_home)/gatehouse-$(printf %s "$TOP" | cksum | cut -d ' ' -f 1)
	if [ -n "${GATEHOUSE_VAR-}" ]; then
		case $GATEHOUSE_VAR in
		/*) VAR=$GATEHOUSE_VAR ;;
		*) VAR=$START_DIR/$GATEHOUSE_VAR ;;
		esac
	elif [ -e "$TOP/var" ]; then
		VAR=$TOP/var
	elif [ -d "$away" ] || ! can_hold_var; then
		VAR=$away
	else
		VAR=$TOP/var
	fi
}

state_home() {
	if is_root; then
		echo /var/lib
	else
		echo "${XDG_STATE_HOME:-$HOME/.local/state}"
	fi
}

can_hold_var() {
	plain "$TOP" && [ -w "$TOP" ] && as_site test -x "$TOP/." 2>/dev/null
}

link_var() {
	[ "$VAR" = "$away" ] && [ ! -e "$TOP/var" ] && [ -w "$TOP" ] || return 0
	rm -f "$TOP/var"
	ln -s "$VAR" "$TOP/var"
	say "the site's files are in $VAR (var is a link to it)"
}

# A socket's path has room for 107 bytes, and nginx and URLs want it plain: else the
# sockets live in a private directory under /tmp, which $VAR/run points to.
make_run() {
	RUN=$VAR/run
	if [ -L "$VAR/run" ] || ! plain "$VAR" || [ ${#VAR} -gt 60 ]; then
		RUN=$(readlink "$VAR/run" || :)
		make_short_run
	elif [ ! -d "$RUN" ]; then
		mkdir -m 700 "$RUN"
		own "$RUN"
	fi
}

make_short_run() {
	[ "$(stat -c %U:%a "$RUN" 2>/dev/null)" = "$SITE_USER:700" ] && return
	RUN=$(as_site mktemp -d /tmp/gatehouse-XXXXXX)
	ln -sfn "$RUN" "$VAR/run"
}

# The checkout itself is built in build/, unless that cannot be written.
place_source() {
	SRC=$TOP BUILD=${GATEHOUSE_BUILD:-$TOP/build}
	if ! plain "$TOP" || [ ! -w "$TOP" ]; then
		SRC=$VAR/src BUILD=${GATEHOUSE_BUILD:-$VAR/build}
	elif [ -e "$BUILD" ] && [ ! -w "$BUILD" ]; then
		BUILD=$VAR/build
	fi
}
