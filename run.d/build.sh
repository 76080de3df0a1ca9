# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# build.sh: builds the checkout and installs it into the site.

# build: configures (once) and makes everything in $BUILD.  Output goes to a log that
# is shown when something fails.
build() {
	build_log=$(mktemp)
	copy_source
	[ -d "$BUILD" ] || as_builder mkdir -p "$BUILD"
	exec 8>"$BUILD/.lock"
	flock 8
	if ! build_steps >"$build_log" 2>&1; then
		tail -n 60 "$build_log" >&2
		rm -f "$build_log"
		die "the build failed"
	fi
	rm -f "$build_log"
	exec 8>&-
}

build_steps() {
	if configure_stale; then
		(cd "$SRC" && as_builder ./bootstrap) || return
	fi
	if [ ! -f "$BUILD/config.status" ]; then
		(cd "$BUILD" && as_builder "$SRC/configure" --prefix="$VAR/install") || return
	fi
	as_builder make -C "$BUILD" -j "$(nproc)" || return
}

configure_stale() {
	[ -x "$SRC/configure" ] && [ -f "$SRC/routes.mk" ] && [ -f "$SRC/files.mk" ] || return 0
	# a folder is newer when a file came or went
	[ -n "$(cd "$SRC" && find routes.tab workers.tab bootstrap build-aux/routes.awk common cli workers pages pages/telegram web po nginx \
		systemd sql/migrations sql/core sql/api t/c -maxdepth 0 -newer files.mk)" ]
}

# root builds a person's checkout as that person, who can go on working in it then
as_builder() {
	builder=$(stat -c %U "$SRC")
	if is_root && [ "$builder" != root ] && [ "$builder" != UNKNOWN ]; then
		runuser -u "$builder" -- "$@" 8>&-
	else
		"$@" 8>&-
	fi
}

# a checkout that cannot be built in is copied; times are kept, so make sees changes
copy_source() {
	[ "$SRC" != "$TOP" ] || return 0
	mkdir -p "$SRC"
	(cd "$SRC" && find . -mindepth 1 -maxdepth 1 ! -name configure ! -name aclocal.m4 \
		! -name Makefile.in ! -name 'config.h.in*' ! -name routes.mk ! -name files.mk ! -name autom4te.cache \
		! -name t ! -name build-aux \
		-exec rm -rf {} +)
	(cd "$TOP" && tar -cf - --exclude ./var --exclude ./build --exclude ./.git \
		--exclude node_modules .) | (cd "$SRC" && tar -xof -)
}

# install: what was built, into $VAR/install, whatever prefix it was configured with.
install_site() {
	install_log=$(mktemp)
	exec 8>"$BUILD/.lock"
	flock 8
	if ! make -C "$BUILD" install prefix="$VAR/install" >"$install_log" 2>&1 8>&-; then
		tail -n 40 "$install_log" >&2
		rm -f "$install_log"
		die "make install failed"
	fi
	rm -f "$install_log"
	exec 8>&-
	rm -rf "$VAR/install/sandbox"
	cp -R "$SRC/sandbox" "$VAR/install/sandbox"
	chmod -R u+rwX,go+rX "$VAR/install"
}
