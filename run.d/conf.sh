# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2034 # the parts of ./run share their variables
# conf.sh: the site's settings.  $VAR/gatehouse.conf is what the programs read; it is
# made once with fresh secrets and then belongs to the operator.  $VAR/site remembers
# what only ./run and nginx need: PORT, RATE_LIMITS, REAL_IP_FROM.

# conf_get FILE NAME: prints the value of the last such line, without quotes.
conf_get() {
	awk -v name="$2" '
	index($0, name "=") == 1 {
		value = substr($0, length(name) + 2)
		if (value ~ /^".*"$/ || value ~ /^'\''.*'\''$/)
			value = substr(value, 2, length(value) - 2)
	}
	END { print value }' "$1"
}

# conf_set NAME VALUE: replaces or adds the line in gatehouse.conf.
conf_set() {
	conf_name=$1 conf_value=$2 awk '
	BEGIN { name = ENVIRON["conf_name"]; line = name "=" ENVIRON["conf_value"] }
	index($0, name "=") == 1 { if (!done) print line; done = 1; next }
	{ print }
	END { if (!done) print line }' "$VAR/gatehouse.conf" | put_file "$VAR/gatehouse.conf" 600
}

# site_load: PORT, RATE_LIMITS and REAL_IP_FROM from the environment, else as they
# were, else the defaults.
site_load() {
	: >>"$VAR/site"
	PORT=${PORT:-$(conf_get "$VAR/site" PORT)}
	RATE_LIMITS=${RATE_LIMITS:-$(conf_get "$VAR/site" RATE_LIMITS)}
	REAL_IP_FROM=${REAL_IP_FROM-$(conf_get "$VAR/site" REAL_IP_FROM)}
	: "${PORT:=8080}" "${RATE_LIMITS:=on}"
	case $PORT in
	*[!0-9]* | ??????*) die "PORT=$PORT is not a port number" ;;
	esac
	URL=http://127.0.0.1:$PORT
}

site_save() {
	printf 'PORT=%s\nRATE_LIMITS=%s\nREAL_IP_FROM=%s\n' "$PORT" "$RATE_LIMITS" "$REAL_IP_FROM" |
		put_file "$VAR/site" 600
}

# conf_make: gatehouse.conf, and in it what follows from the site's place and port.
conf_make() {
	[ -s "$VAR/gatehouse.conf" ] || conf_new | put_file "$VAR/gatehouse.conf" 600
	conf_set DATABASE_URL "postgresql:///gatehouse?host=$RUN&user=gatehouse"
	conf_set METRICS_DIR "\"$VAR/metrics\""
	conf_set GATEHOUSE_DATADIR "\"$VAR/install/share/gatehouse\""
	conf_follow PUBLIC_URL "$URL"
	conf_follow STRIPE_API_BASE "$URL/sandbox/stripe"
	[ "$(setting SANDBOX)" != 1 ] || conf_telegram
	conf_follow TELEGRAM_API_BASE "$URL/sandbox/telegram"
	conf_follow TELEGRAM_OIDC_BASE "$URL/sandbox/telegram-oidc"
	case $(setting SANDBOX):$(setting STRIPE_SECRET_KEY) in
	1:*[sr]k_live_*) die "the sandbox does not run beside a live Stripe key; set SANDBOX=0 in $VAR/gatehouse.conf" ;;
	esac
}

# conf_telegram: a bot of the sandbox, unless the site has one.  All or nothing: a
# token of a real bot is never sent to the sandbox, nor the sandbox's to Telegram.
conf_telegram() {
	! grep -q '^TELEGRAM_' "$VAR/gatehouse.conf" || return 0
	conf_set TELEGRAM_API_BASE "$URL/sandbox/telegram"
	conf_set TELEGRAM_OIDC_BASE "$URL/sandbox/telegram-oidc"
	conf_set TELEGRAM_BOT_TOKEN "1000000001:$(random_hex 17)"
	conf_set TELEGRAM_BOT_USERNAME gatehouse_sandbox_bot
	conf_set TELEGRAM_CLIENT_SECRET "$(random_hex 24)"
	conf_set TELEGRAM_WEBHOOK_SECRET "$(random_hex 24)"
}

# moves an address of this machine to the present port; leaves any other alone
conf_follow() {
	case $(conf_get "$VAR/gatehouse.conf" "$1") in
	http://127.0.0.1:*) conf_set "$1" "$2" ;;
	esac
}

conf_new() {
	cat <<-END
	# Settings of this site, NAME=value.  Restart a route to make it read them again.
	# SANDBOX=1 stands in for Stripe and Telegram; it refuses to run beside a live key.
	SANDBOX=1
	PUBLIC_URL=$URL
	STRIPE_API_BASE=$URL/sandbox/stripe
	STRIPE_SECRET_KEY=sk_test_sandbox$(random_hex 16)
	STRIPE_WEBHOOK_SIGNING_SECRET=whsec_$(random_hex 24)
	CRON_SECRET=$(random_hex 24)
	JWT_SECRET=$(random_hex 32)
	ROLE_SECRET=$(random_hex 32)
	END
}

# setting NAME: what the programs see, thus the environment before the file.
setting() {
	case " $OVERRIDES " in
	*" $1 "*) eval "set -- \"$1\" \"\${$1-}\"" ;;
	*) set -- "$1" "" ;;
	esac
	if [ -n "$2" ]; then
		printf '%s\n' "$2"
	else
		conf_get "$VAR/gatehouse.conf" "$1"
	fi
}

# gatehouse ARGS...: the operator's command against this site.
gatehouse() {
	GATEHOUSE_CONF=$VAR/gatehouse.conf clean as_site "$VAR/install/bin/gatehouse" \
		--conf "$VAR/gatehouse.conf" "$@"
}

# database ARGS...: psql as the owner of the database.
database() {
	clean as_site psql -X "$(conf_get "$VAR/gatehouse.conf" DATABASE_URL)" "$@"
}
