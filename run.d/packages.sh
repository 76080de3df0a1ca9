# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# packages.sh: the Debian packages the site and its tests need.  A word with a colon
# is satisfied by the command after it too, wherever that came from.

PACKAGES_SITE="autoconf automake ca-certificates curl gcc gettext libc6-dev libcurl4-openssl-dev
	libdbd-pg-perl libfcgi-dev libjson-c-dev libmojolicious-perl libpq-dev libqrencode-dev
	libsecp256k1-dev libsodium-dev libssl-dev make nettle-dev nginx-light:nginx openssl perl
	pkgconf postgresql-15
	postgresql-client-15 procps s6 util-linux"
PACKAGES_TEST="chromium clang:clang file fonts-dejavu-core git:git libcmocka-dev nodejs:node
	npm:npm postgresql-15-pgtap shellcheck systemd:systemd-analyze wrk xz-utils"

# packages_need WORD...: installs what is missing.  Root does it directly, an ordinary
# user by sudo; who has neither is told the one command, and ./run ends.
packages_need() {
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	say "installing Debian packages: $missing"
	# shellcheck disable=SC2086 # a list of words
	packages_install $missing
}

packages_install() {
	if is_root; then
		"$TOP/run.d/install-packages" "$@"
	elif ! sudo_works || ! sudo "$TOP/run.d/install-packages" "$@"; then
		say "run: packages are missing, and sudo did not help. An administrator must run:"
		echo "'$TOP/run.d/install-packages' $*"
		exit 1
	fi
}

packages_missing() {
	command -v dpkg-query >/dev/null || die "this is not a Debian system: see HACKING for what to install"
	for word in "$@"; do
		package=${word%%:*}
		[ "$word" != "$package" ] && command -v "${word#*:}" >/dev/null && continue
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			printf '%s ' "$package"
	done
}

# sudo may ask for a password only where somebody can type it
sudo_works() {
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || { [ -t 0 ] && sudo true; }
}
