# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# tests.sh: ./run test and ./run bench.

# tests_run [FILE...]: builds and runs all tests, or those.  Needs no running site and
# leaves none.  The last line is "N passed, N failed".
tests_run() {
	# shellcheck disable=SC2086 # lists of words
	packages_need $PACKAGES_SITE $PACKAGES_TEST
	SITE_USER=$(id -un)
	place_var
	place_source
	[ "$BUILD" != "$VAR/build" ] || place_make
	say "building"
	build
	build_checks
	node_modules
	cd "$SRC" || exit
	export GATEHOUSE_BUILD="$BUILD"
	exec perl -I run.d -S prove --recurse --jobs "$(nproc)" --timer -I t/lib -I run.d --harness Totals "${@:-t}"
}

# the C programs that only tests run
build_checks() {
	as_builder make -s -C "$BUILD" check TESTS= >/dev/null || die "the C tests do not build"
}

# The third-party judges, exactly as locked; no package runs anything of its own.
node_modules() {
	dir=$SRC/t/node
	[ -f "$dir/package-lock.json" ] || return 0
	[ -z "$(find "$dir/package-lock.json" -newer "$dir/node_modules/.package-lock.json" 2>&1)" ] && return
	say "fetching the npm packages of the tests"
	as_builder npm --prefix "$dir" ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
		die "npm ci failed"
	touch "$dir/node_modules/.package-lock.json"
}

# bench_run: measures a site of its own; needs no running site and leaves none.
bench_run() {
	# shellcheck disable=SC2086 # lists of words
	packages_need $PACKAGES_SITE $PACKAGES_TEST
	cd "$TOP" || exit
	exec "$TOP/bench/run" "$@"
}
