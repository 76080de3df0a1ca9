# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# site.sh: the private site as a whole.

# site_up: builds, starts what is down, renews what changed; returns when it is healthy.
site_up() {
	# shellcheck disable=SC2086 # a list of words
	packages_need $PACKAGES_SITE
	place_make
	exec 7>>"$VAR/.lock"
	flock 7
	site_load
	say "building"
	build
	install_site
	conf_make
	site_save
	services_write
	cluster_make
	nginx_write
	port_check
	say "starting"
	supervisor_start
	database_up
	programs_up
	nginx_up
	wait_healthy
	first_stock
	service_key
	flock -u 7
}

# ---- the database ----------------------------------------------------------

# cluster_make: a PostgreSQL cluster of the site's own.  The owner needs no password:
# the socket is in a directory that only the site's user may enter.  The routes' roles
# do need theirs.
cluster_make() {
	[ ! -s "$VAR/pg/PG_VERSION" ] || return 0
	say "creating the database cluster"
	rm -rf "$VAR/pg.new"
	clean as_site "$PGBIN/initdb" -D "$VAR/pg.new" -U gatehouse --no-locale -E UTF8 -A trust --no-instructions >/dev/null ||
		die "initdb failed"
	put_file "$VAR/pg.new/pg_hba.conf" 600 <<-END
	local all gatehouse trust
	local all all scram-sha-256
	END
	cat >>"$VAR/pg.new/postgresql.conf" <<-END
	max_connections = 200
	password_encryption = scram-sha-256
	timezone = UTC
	log_timezone = UTC
	log_line_prefix = '%m [%p] %q%a '
	END
	mv "$VAR/pg.new" "$VAR/pg"
}

database_up() {
	service_up postgres || service_start postgres
	poll 60 database_ready || die "PostgreSQL does not start; see ./run logs postgres"
	[ "$(clean as_site psql -XAtq -h "$RUN" -U gatehouse postgres \
		-c "select count(*) from pg_database where datname = 'gatehouse'")" = 1 ] ||
		clean as_site createdb -h "$RUN" -U gatehouse gatehouse
	gatehouse migrate >"$VAR/log/migrate.log" 2>&1 ||
		{ cat "$VAR/log/migrate.log" >&2; die "the migration failed"; }
}

database_ready() { clean as_site pg_isready -q -h "$RUN" -U gatehouse -d postgres; }

# ---- the programs ----------------------------------------------------------

# Settings and pages are read when a program starts, so a change of them counts as one
# of the program.
programs_up() {
	service_up fdholder || service_start fdholder
	as_site s6-svwait -t 20000 -U "$VAR/service/fdholder" || die "the sockets cannot be bound; see ./run logs fdholder"
	as_site "$VAR/service/bind-sockets"
	data=$(mktemp)
	find "$VAR/install/share/gatehouse" \( -name sql -o -name web \) -prune -o -type f -exec cat {} + >"$data"
	for program in $(routes) $(workers); do
		service_renew "$program" "$VAR/install/libexec/gatehouse/gh-$program" "$data" "$VAR/gatehouse.conf"
	done
	if sandbox_on; then
		find "$VAR/install/sandbox" -type f -exec cat {} + >"$data"
		service_renew sandbox "$data" "$VAR/gatehouse.conf"
	fi
	rm -f "$data"
}

# ---- nginx -----------------------------------------------------------------

# the address of the static files carries their version: see Makefile.am
assets() { sed -n 's/^#define ASSETS "\(.*\)"$/\1/p' "$BUILD/assets.h"; }

nginx_write() {
	sandbox=0
	! sandbox_on || sandbox=1
	LISTEN=127.0.0.1:$PORT RUN=$RUN STATE=$VAR/nginx WEB=$VAR/install/share/gatehouse/web \
		ASSETS=$(assets) SANDBOX=$sandbox RATE_LIMITS=$RATE_LIMITS REAL_IP_FROM=$REAL_IP_FROM \
		"$SRC/nginx/render" private | put_file "$VAR/nginx.conf" 600
	nginx_test || { cat "$VAR/log/nginx-test" >&2; die "nginx does not like $VAR/nginx.conf"; }
}

# nginx opens its logs for the test too: the output must be a file of its own user
# shellcheck disable=SC2016 # the inner shell expands $1
nginx_test() {
	as_site sh -c 'exec nginx -t -q -e stderr -p "$1/nginx/" -c "$1/nginx.conf" >"$1/log/nginx-test" 2>&1' sh "$VAR"
}

nginx_up() {
	sum=$(cksum <"$VAR/nginx.conf")
	if ! service_up nginx; then
		service_start nginx
	elif [ "$sum" != "$(cat "$VAR/service/nginx/sum" 2>/dev/null)" ]; then
		s6-svc -h "$VAR/service/nginx"
	fi
	echo "$sum" | put_file "$VAR/service/nginx/sum" 600
}

# The port must be ours already or free.
port_check() {
	! { service_up nginx && grep -q "listen 127.0.0.1:$PORT " "$VAR/nginx.conf.running" 2>/dev/null; } || return 0
	perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(Listen => 1, ReuseAddr => 1,
		LocalAddr => "127.0.0.1", LocalPort => $ARGV[0])' "$PORT" ||
		die "port $PORT is taken by another program; PORT=8081 ./run takes another one"
}

# ---- health ----------------------------------------------------------------

wait_healthy() {
	for route in healthz $(routes); do
		poll 60 route_answers "$route" || {
			say "$route does not answer; the end of its log:"
			tail -n 20 "$VAR/log/$route/current" >&2 || :
			die "the site is not healthy; ./run status and ./run logs say more"
		}
	done
	! sandbox_on || poll 60 curl -fs -o /dev/null -m 5 "$URL/sandbox/" ||
		die "the sandbox does not answer; see ./run logs sandbox"
	cp "$VAR/nginx.conf" "$VAR/nginx.conf.running"
}

# Any answer of the program itself will do; healthz must be well.
route_answers() {
	path=$(awk -v name="$1" '$1 == name { print $4 }' "$SRC/routes.tab")
	method=OPTIONS
	[ "$1" != healthz ] || method=GET
	code=$(curl -s -o /dev/null -m 5 -w '%{http_code}' -X "$method" "$URL$path") || :
	case $1:$code in
	healthz:200) return 0 ;;
	healthz:* | *:000 | *:502 | *:503 | *:504) return 1 ;;
	esac
}

# ---- what a site to try out begins with ------------------------------------

first_stock() {
	sandbox_on || return 0
	case $(setting TELEGRAM_API_BASE) in
	"$URL"/sandbox/telegram)
		gatehouse telegram set-webhook >"$VAR/log/telegram.log" 2>&1 ||
			{ cat "$VAR/log/telegram.log" >&2; die "the bot's webhook cannot be set"; }
		;;
	esac
	poll 60 catalogue_make || { cat "$VAR/log/catalogue.log" >&2; die "the catalogue cannot be made"; }
	database -q -c "insert into invites_pool (code, invite_url)
		select code, 'https://discord.gg/' || code
		from (select 'sandbox' || substr(md5(random()::text || n), 1, 8) as code from generate_series(1, 50) n) codes
		where not exists (select from invites_pool)"
}

# again and again on a busy machine: what exists already is found by its name
catalogue_make() { gatehouse stripe catalogue >"$VAR/log/catalogue.log" 2>&1; }

# A key for scripts and the demo: only this file has it.
service_key() {
	[ ! -s "$VAR/service-key" ] || return 0
	gatehouse key revoke run >/dev/null 2>&1 || :
	gatehouse key create run | put_file "$VAR/service-key" 600
}

site_links() {
	cat <<-END

	Gatehouse is running.
	  Shop     $URL/pricing
	  Admin    $(gatehouse admin create)  (works once)
	END
	! sandbox_on || echo "  Sandbox  $URL/sandbox/"
	cat <<-END

	./run demo walks the first purchase, ./run stop ends the site.
	END
}

# ---- the smaller subcommands -----------------------------------------------

site_status() {
	svscan_alive || { echo "stopped"; return 1; }
	status=0
	for service in $(services); do
		s6-svstat -o up,pid,updownfor "$VAR/service/$service" |
			awk -v name="$service" '{ printf "%-24s %-5s pid %-8s %s s\n", name, $1 == "true" ? "up" : "down", $2, $3 }'
		service_up "$service" || status=1
	done
	return $status
}

# site_logs [SERVICE]: the last lines of one log or of all.
site_logs() {
	for service in ${1:-$(services)}; do
		[ -f "$VAR/log/$service/current" ] || die "there is no log of $service; the services are: $(services | tr '\n' ' ')"
		[ $# -gt 0 ] || echo "==> $service"
		tail -n $(($# > 0 ? 200 : 10)) "$VAR/log/$service/current"
	done
}

# site_restart SERVICE: returns when the new process is well (see run.d/service/common.sh).
site_restart() {
	services | grep -qx "${1:-}" || die "restart what? one of: $(services | tr '\n' ' ')"
	svscan_alive || die "the site is stopped; ./run starts it"
	rm -f "$VAR/service/$1/down"
	as_site s6-svc -wR -T 60000 -ru "$VAR/service/$1" || die "$1 did not restart; see ./run logs $1"
}

# site_env: NAME=value lines for scripts.
site_env() {
	echo "URL=$URL"
	echo "DATABASE_URL=$(conf_get "$VAR/gatehouse.conf" DATABASE_URL)"
	for name in PUBLIC_URL CRON_SECRET JWT_SECRET STRIPE_SECRET_KEY STRIPE_WEBHOOK_SIGNING_SECRET STRIPE_API_BASE; do
		echo "$name=$(setting $name)"
	done
	echo "SERVICE_KEY=$(cat "$VAR/service-key")"
}

# ---- ./run SUBCOMMAND ------------------------------------------------------

do_status() { site_status; }
do_logs() { site_logs "$@"; }
do_restart() { site_restart "$@"; }
do_env() { site_env; }
do_psql() { database "$@"; }
do_cli() { gatehouse "$@"; }

do_stop() {
	exec 7>>"$VAR/.lock"
	flock 7
	services_stop
	case $RUN in
	/tmp/gatehouse-*) rm -rf "$RUN" ;;
	esac
	say "stopped"
}

do_demo() {
	svscan_alive || die "the site is stopped; ./run starts it"
	site_env | clean perl "$TOP/run.d/demo.pl"
}
