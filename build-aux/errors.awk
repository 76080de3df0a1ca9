# SPDX-License-Identifier: MIT
# errors.awk: checks errors.tab and derives from it whatever lists the errors.
#
#   awk -f build-aux/errors.awk -v out=KIND errors.tab
#
# KIND    prints
# h       errors.h: enum of the negative E_NAME codes, their count
# c       errors.c: name, HTTP status and text of each, by index -E_NAME
# sql     core.fail(), which raises them by name
# nginx   the answers nginx makes by itself, in both faces; @ERROR_HEADERS@ and
#         the page's text are filled in by nginx/render
# check   nothing
#
# A table that breaks a rule ends with "FILE:LINE: what is wrong" and status 1.
# POSIX awk only.

BEGIN {
	if (out !~ /^(check|h|c|sql|nginx)$/)
		die("errors.awk: unknown -v out=" out)
	n = 0
}

/^[ \t]*(#|$)/ { next }

{
	if (NF < 3)
		bad("expected name, status and text")
	if ($1 !~ /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
		bad("name \"" $1 "\" is not lower-case words joined by _")
	if ($1 in seen)
		bad("name " $1 " is already used on line " seen[$1])
	if ($2 !~ /^[45][0-9][0-9]$/)
		bad("status \"" $2 "\" is not from 400 to 599")
	seen[$1] = FNR
	n++
	name[n] = $1
	status[n] = $2
	text[n] = $0
	sub(/^[ \t]*[^ \t]+[ \t]+[^ \t]+[ \t]+/, "", text[n])
	# it is quoted in C, SQL, JSON, HTML and nginx; none of them shall need escapes
	if (text[n] ~ /["'\\$<>&{}`]/)
		bad("the text holds a character that needs quoting")
	row[$1] = n
}

END {
	if (failed)
		exit 1
	if (n == 0)
		die("errors.awk: the table has no rows")
	if (out == "h") put_h()
	else if (out == "c") put_c()
	else if (out == "sql") put_sql()
	else if (out == "nginx") put_nginx()
}

function bad(text) { die(FILENAME ":" FNR ": " text) }

# awk runs END after exit: failed keeps it from printing anything
function die(text) {
	print text | "cat >&2"
	close("cat >&2")
	failed = 1
	exit 1
}

function put_h(    i) {
	print "/* SPDX-License-Identifier: MIT */"
	print "/* Generated from errors.tab by build-aux/errors.awk: do not edit. */"
	print "#ifndef GATEHOUSE_ERRORS_H"
	print "#define GATEHOUSE_ERRORS_H\n"
	print "enum error {"
	for (i = 1; i <= n; i++)
		printf "\tE_%s = -%d,\n", toupper(name[i]), i
	print "};\n"
	print "enum { ERRORS_COUNT = " n " };\n"
	print "/* What the table says of one error. */"
	print "struct error_row {"
	print "\tconst char *name;"
	print "\tint status;"
	print "\tconst char *text;"
	print "};\n"
	print "/* Indexed by -E_NAME, from 1 to ERRORS_COUNT; row 0 is success. */"
	print "extern const struct error_row error_rows[ERRORS_COUNT + 1];\n"
	print "#endif"
}

function put_c(    i) {
	print "/* SPDX-License-Identifier: MIT */"
	print "/* Generated from errors.tab by build-aux/errors.awk: do not edit. */"
	print "#include \"errors.h\"\n"
	print "const struct error_row error_rows[ERRORS_COUNT + 1] = {"
	print "\t{\"ok\", 200, \"\"},"
	for (i = 1; i <= n; i++)
		printf "\t{\"%s\", %d, \"%s\"},\n", name[i], status[i], text[i]
	print "};"
}

function put_sql(    i) {
	print "-- SPDX-License-Identifier: MIT"
	print "-- Generated from errors.tab by build-aux/errors.awk: do not edit."
	print "--"
	print "-- Does: ends the statement with an error of errors.tab."
	print "-- Returns: never."
	print "-- Raises: SQLSTATE GH + HTTP status, message = p_name, detail = p_detail as text;"
	print "--   a name that is not in errors.tab is a plain error, thus 500 internal."
	print "-- Touches: nothing."
	print "create function core.fail(p_name text, p_detail jsonb default null) returns void"
	print "language plpgsql volatile set search_path = pg_catalog, pg_temp as $$"
	print "declare"
	print "\tv_status text := case p_name"
	for (i = 1; i <= n; i++)
		printf "\t\twhen '%s' then '%s'\n", name[i], status[i]
	print "\tend;"
	print "begin"
	print "\tif v_status is null then"
	print "\t\traise exception 'core.fail: no error named % in errors.tab', p_name;"
	print "\tend if;"
	print "\traise exception using errcode = 'GH' || v_status, message = p_name, detail = coalesce(p_detail::text, '');"
	print "end"
	print "$$;"
}

# ---- nginx -----------------------------------------------------------------

# Which statuses nginx gives by itself, and the row each is told as.  Its own
# inner number 494 (headers too large) is 431 outside.
function put_nginx(    i, m, pair, w) {
	print "# Generated from errors.tab by build-aux/errors.awk: do not edit."
	m = split("400:bad_request 401:unauthorized 403:forbidden 404:not_found 405:method_not_allowed " \
		"408:bad_request 411:bad_request 412:bad_request 413:too_large 414:too_large " \
		"415:unsupported_type 416:bad_request 421:bad_request 429:too_many_requests " \
		"494:too_large 500:internal 501:bad_request 502:unavailable 503:unavailable " \
		"504:unavailable 505:bad_request 507:internal", pair, " ")
	for (i = 1; i <= m; i++) {
		split(pair[i], w, ":")
		if (!(w[2] in row))
			die("errors.awk: nginx needs an error named " w[2])
		code[i] = w[1]
		told[i] = row[w[2]]
		printf "error_page %d =%d /.error/$face/%d;\n", code[i], outside(code[i]), code[i]
	}
	nginx_face("api", "application/json", m)
	nginx_face("page", "text/html", m)
}

function outside(code) { return code == 494 ? 431 : code }

function nginx_face(face, type, m,    i) {
	# the body was judged at its own address; judged again here it would be 413
	printf "\nlocation ^~ /.error/%s/ {\n\tinternal;\n\tclient_max_body_size 0;\n", face
	printf "\tdefault_type \"%s; charset=utf-8\";\n\t@ERROR_HEADERS@\n", type
	for (i = 1; i <= m; i++) {
		printf "\n\tlocation = /.error/%s/%d {\n", face, code[i]
		if (face == "page") {
			printf "\t\tset $error_code %s;\n", name[told[i]]
			printf "\t\tset $error_text \"%s\";\n", text[told[i]]
		}
		printf "\t\treturn %d %s;\n\t}\n", outside(code[i]), face == "page" ? "$error_page" : json(told[i])
	}
	print "\n\treturn 404;\n}"
}

function json(i) { return "'{\"error\":{\"code\":\"" name[i] "\",\"message\":\"" text[i] "\"}}'" }
