# SPDX-License-Identifier: MIT
# routes.awk: checks routes.tab and workers.tab and derives from them whatever lists
# the endpoints and workers.
#
#   awk -f build-aux/routes.awk -v out=KIND [-v name=NAME] routes.tab [workers.tab]
#
# KIND        prints
# mk          automake fragment: the programs, their sources and libraries
# c           routes.c: the table compiled into every program
# nginx       locations, with @RUN@ for the directory of the sockets
# nginx-zones what belongs outside the server block: rate zones, error formats
# sql         database roles and grants: one DO block, safe to run again
# services    "name threads settings..." per line, for supervisors and the CLI
# workers     the same of the workers, with - for threads
# socket      systemd socket unit of -v name=ROUTE, from systemd/route.socket.in
# service     systemd service unit of -v name=NAME, from systemd/route.service.in or
#             worker.service.in
# openapi     skeleton of the API description, OpenAPI 3.1 JSON
# check       nothing
#
# -v templates=DIR names the directory of the unit templates (default systemd).
# A table that breaks a rule ends with "FILE:LINE: what is wrong" and status 1.
# POSIX awk only: it runs under mawk, gawk and busybox.

BEGIN {
	split("check mk c nginx nginx-zones sql services workers socket service openapi", w, " ")
	for (i in w)
		kinds[w[i]] = 1
	if (!(out in kinds))
		die("routes.awk: unknown -v out=" out)
	words(faces, "page api")
	words(verbs, "GET POST PATCH DELETE")
	words(auths, "none key user session cron local")
	if (templates == "")
		templates = "systemd"
	n = 0
}

FNR == 1 { table++ }

/^[ \t]*(#|$)/ { next }

table == 2 {
	if (NF != 4)
		bad("expected 4 columns, found " NF)
	check_name()
	check_names($2, "part", "^[a-z_]+$")
	check_names($3, "setting", "^[A-Z][A-Z0-9_]*$")
	check_names($4, "function", "^[a-z_][a-z0-9_]*$")
	workers++
	seen_name[$1] = FNR
	name_[n + workers] = $1; parts[n + workers] = dash($2); threads[n + workers] = "-"
	settings[n + workers] = dash($3); functions[n + workers] = dash($4)
	next
}

{
	if (NF != 11)
		bad("expected 11 columns, found " NF)
	check_row()
	n++
	seen_name[$1] = FNR
	seen_path[$4] = FNR
	name_[n] = $1; face[n] = $2; methods[n] = $3; path[n] = $4; prefix[n] = ($5 == "^")
	auth[n] = $6; body[n] = bytes($7); threads[n] = $8; rate[n] = dash($9)
	settings[n] = dash($10); functions[n] = dash($11)
}

END {
	if (failed)
		exit 1
	if (n == 0)
		die("routes.awk: the table has no rows")
	if (out == "mk") put_mk()
	else if (out == "c") put_c()
	else if (out == "nginx") put_nginx()
	else if (out == "nginx-zones") put_zones()
	else if (out == "sql") put_sql()
	else if (out == "services") put_services(1, n)
	else if (out == "workers") put_services(n + 1, n + workers)
	else if (out == "socket" || out == "service") put_unit()
	else if (out == "openapi") put_openapi()
}

# ---- checks ----------------------------------------------------------------

function check_name() {
	if ($1 !~ /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
		bad("name \"" $1 "\" is not lower-case words joined by -")
	if ($1 in seen_name)
		bad("name " $1 " is already used on line " seen_name[$1])
}

function check_row() {
	check_name()
	if (!($2 in faces))
		bad("unknown face \"" $2 "\" (page, api)")
	check_list($3, verbs, "method")
	check_path()
	check_list($6, auths, "auth")
	if ($7 !~ /^[0-9]+k?$/)
		bad("body \"" $7 "\" is not a number of bytes, or of KiB with k")
	if ($8 != "event" && ($8 !~ /^[1-9][0-9]*$/ || $8 > 1024))
		bad("threads \"" $8 "\" is not a number from 1 to 1024, nor event")
	if ($9 != "-" && $9 !~ /^[1-9][0-9]*r\/[sm]\/[1-9][0-9]*$/)
		bad("rate \"" $9 "\" is not like 10r/s/20, nor -")
	check_names($10, "setting", "^[A-Z][A-Z0-9_]*$")
	check_names($11, "function", "^[a-z_][a-z0-9_]*$")
}

function check_path() {
	if ($4 !~ /^\/[A-Za-z0-9._~\/-]*$/ || $4 ~ /\/\// || $4 ~ /\/\.\.?(\/|$)/)
		bad("path \"" $4 "\" is not an absolute path of plain characters")
	if ($4 in seen_path)
		bad("path " $4 " is already used on line " seen_path[$4])
	if ($4 == "/" || ($4 "/") ~ /^\/(static|sandbox|\.error)\//)
		bad("path " $4 " is answered by nginx itself")
	if ($5 != "=" && $5 != "^")
		bad("unknown match \"" $5 "\" (=, ^)")
	if ($5 == "^" && $4 !~ /\/$/)
		bad("prefix path " $4 " does not end with /")
}

# each word of a comma list is known and stands once
function check_list(list, known, what,    w, i, m, once) {
	m = split(list, w, ",")
	for (i = 1; i <= m; i++) {
		if (!(w[i] in known))
			bad("unknown " what " \"" w[i] "\"")
		if (w[i] in once)
			bad(what " " w[i] " stands twice")
		once[w[i]] = 1
	}
}

# as check_list, for names of a form; - is the empty list
function check_names(list, what, form,    w, i, m, once) {
	m = split(dash(list), w, ",")
	for (i = 1; i <= m; i++) {
		if (w[i] !~ form)
			bad(what " \"" w[i] "\" is not a " what " name")
		if (w[i] in once)
			bad(what " " w[i] " stands twice")
		once[w[i]] = 1
	}
}

function bad(text) { die(FILENAME ":" FNR ": " text) }

# awk runs END after exit: failed keeps it from printing anything
function die(text) {
	print text | "cat >&2"
	close("cat >&2")
	failed = 1
	exit 1
}

# ---- small words -----------------------------------------------------------

function words(set, list,    w, i, m) {
	m = split(list, w, " ")
	for (i = 1; i <= m; i++)
		set[w[i]] = 1
}

function dash(s) { return s == "-" ? "" : s }
function bytes(s) { return s ~ /k$/ ? (s + 0) * 1024 : s + 0 }
function has(list, word) { return index("," list ",", "," word ",") > 0 }

# text with every match of the regular expression replaced
function swap(s, re, by) { gsub(re, by, s); return s }

# automake's and PostgreSQL's spelling of a route's name
function ident(name) { return swap(name, "-", "_") }

# "GET,POST" -> "METHOD_GET|METHOD_POST"
function mask(list, head) { return head toupper(swap(list, ",", "|" head)) }

# the row number of a route or worker; ends the run when there is none
function row_of(name,    i) {
	for (i = 1; i <= n + workers; i++)
		if (name_[i] == name)
			return i
	die("routes.awk: no route or worker named \"" name "\"")
}

# ---- automake --------------------------------------------------------------

function put_mk(    i, id) {
	print "# Generated from routes.tab and workers.tab by build-aux/routes.awk: do not edit."
	print ""
	printf "pkglibexec_PROGRAMS ="
	for (i = 1; i <= n + workers; i++)
		printf " \\\n\tgh-%s", name_[i]
	print ""
	for (i = 1; i <= n + workers; i++) {
		id = "gh_" ident(name_[i])
		if (i <= n)
			printf "\n%s_SOURCES = handlers/%s.c\n", id, name_[i]
		else
			printf "\n%s_SOURCES = workers/%s.c%s\n", id, name_[i], sources(parts[i])
		printf "%s_LDADD = libgatehouse.a $(GATEHOUSE_LIBS)\n", id
	}
}

# "a,b" -> " workers/a.c workers/b.c"
function sources(list) { return list == "" ? "" : " workers/" swap(list, ",", ".c workers/") ".c" }

# ---- C ---------------------------------------------------------------------

function put_c(    i) {
	print "/* SPDX-License-Identifier: MIT */"
	print "/* Generated from routes.tab by build-aux/routes.awk: do not edit. */"
	print "#include \"common/route.h\"\n"
	print "const struct route routes[] = {"
	for (i = 1; i <= n; i++) {
		printf "\t{.name = \"%s\", .face = FACE_%s,\n", name_[i], toupper(face[i])
		printf "\t .methods = %s,\n", mask(methods[i], "METHOD_")
		printf "\t .path = \"%s\", .prefix = %s,\n", path[i], prefix[i] ? "true" : "false"
		printf "\t .auth = %s,\n", mask(auth[i], "AUTH_")
		printf "\t .body_max = %d, .threads = %d},\n", body[i], threads[i]
	}
	print "};\n"
	print "const size_t routes_len = sizeof(routes) / sizeof(routes[0]);"
}

# ---- nginx -----------------------------------------------------------------

function put_nginx(    i) {
	print "# Generated from routes.tab by build-aux/routes.awk: do not edit."
	for (i = 1; i <= n; i++) {
		printf "\nlocation %s %s {\n", prefix[i] ? "^~" : "=", path[i]
		# nginx takes 0 for "no limit"; the program itself refuses the last byte
		printf "\tclient_max_body_size %d;\n", body[i] ? body[i] : 1
		if (rate[i] != "")
			printf "\tlimit_req zone=gh_%s burst=%s nodelay;\n", ident(name_[i]), burst(rate[i])
		if (auth[i] == "local")
			print "\tallow 127.0.0.1;\n\tallow ::1;\n\tallow unix:;\n\tdeny all;"
		if (threads[i] == "event")
			printf "\tfastcgi_keep_conn on;\n\tfastcgi_pass gh_%s;\n}\n", ident(name_[i])
		else
			printf "\tfastcgi_pass unix:@RUN@/%s.sock;\n}\n", name_[i]
	}
}

function burst(r) { return swap(r, "^.*/", "") }
function speed(r) { return swap(r, "/[0-9]+$", "") }

# The error format of an address is a map, because a body that is too large is
# refused before any location's own directives run.
function put_zones(    i, key) {
	print "# Generated from routes.tab by build-aux/routes.awk: do not edit.\n"
	for (i = 1; i <= n; i++)
		if (rate[i] != "")
			printf "limit_req_zone $client_net zone=gh_%s:1m rate=%s;\n", ident(name_[i]), speed(rate[i])
	# an event loop minds no idle connection: nginx keeps what it has opened
	for (i = 1; i <= n; i++)
		if (threads[i] == "event")
			printf "\nupstream gh_%s {\n\tserver unix:@RUN@/%s.sock;\n\tkeepalive 128;\n}\n", ident(name_[i]), name_[i]
	print "\nmap $uri $face {\n\tdefault page;\n\t~^/(api|functions)/ api;"
	for (i = 1; i <= n; i++) {
		key = prefix[i] ? "~^" swap(path[i], "[.]", "\\.") : path[i]
		printf "\t%s %s;\n", key, face[i]
	}
	print "}"
}

# ---- SQL -------------------------------------------------------------------

# Runs as the owner inside the transaction that has just rebuilt core and api.
# Roles belong to the whole cluster and two sites may share one, so a role that
# another session creates at the same moment is as good as ours.
function put_sql(    i) {
	print "-- SPDX-License-Identifier: MIT"
	print "-- Generated from routes.tab and workers.tab by build-aux/routes.awk: do not edit."
	print "-- Each program's role may call its own functions and nothing else."
	print "do $grants$"
	print "declare"
	print "\troutes constant jsonb := '{"
	for (i = 1; i <= n + workers; i++)
		printf "\t\t\"gh_%s\": [%s]%s\n", ident(name_[i]), quoted(functions[i]), i < n + workers ? "," : ""
	print "\t}';"
	print "\troute record;"
	print "\tfn text;"
	print "begin"
	print "\trevoke all on all tables in schema public from public;"
	print "\trevoke all on all routines in schema public, core, api from public;"
	print "\trevoke all on schema core, api from public;"
	sql_create()
	sql_strip()
	sql_grant()
	print "end"
	print "$grants$;"
}

# "a,b" -> "\"a\", \"b\""
function quoted(list) { return list == "" ? "" : "\"" swap(list, ",", "\", \"") "\"" }

function sql_create() {
	print ""
	print "\tfor route in select key as role from jsonb_each(routes) where key not in (select rolname from pg_roles) loop"
	print "\t\tbegin"
	print "\t\t\texecute format('create role %I login noinherit', route.role);"
	print "\t\texception when duplicate_object or unique_violation then"
	print "\t\t\tnull;"
	print "\t\tend;"
	print "\tend loop;"
}

# also strips the roles of routes that are no longer in the table
function sql_strip() {
	print ""
	print "\tfor route in select rolname as role from pg_roles where rolname like 'gh\\_%' loop"
	print "\t\texecute format('revoke all on all tables in schema public, core, api from %I', route.role);"
	print "\t\texecute format('revoke all on all sequences in schema public, core, api from %I', route.role);"
	print "\t\texecute format('revoke all on all routines in schema public, core, api from %I', route.role);"
	print "\t\texecute format('revoke all on schema public, core, api from %I', route.role);"
	print "\tend loop;"
	print "\tfor route in"
	print "\t\tselect g.rolname as granted, m.rolname as member from pg_auth_members a"
	print "\t\tjoin pg_roles g on g.oid = a.roleid join pg_roles m on m.oid = a.member"
	print "\t\twhere m.rolname like 'gh\\_%'"
	print "\tloop"
	print "\t\texecute format('revoke %I from %I', route.granted, route.member);"
	print "\tend loop;"
}

function sql_grant() {
	print ""
	print "\tfor route in select key as role, value as functions from jsonb_each(routes) loop"
	print "\t\texecute format('grant usage on schema api to %I', route.role);"
	print "\t\tfor fn in select jsonb_array_elements_text(route.functions) loop"
	print "\t\t\tif not exists (select from pg_proc where pronamespace = 'api'::regnamespace and proname = fn) then"
	print "\t\t\t\traise exception 'the tables: % lists the function api.%, which does not exist', route.role, fn;"
	print "\t\t\tend if;"
	print "\t\t\texecute ("
	print "\t\t\t\tselect string_agg(format('grant execute on function %s to %I', oid::regprocedure, route.role), ';')"
	print "\t\t\t\tfrom pg_proc where pronamespace = 'api'::regnamespace and proname = fn);"
	print "\t\tend loop;"
	print "\tend loop;"
}

# ---- supervisors -----------------------------------------------------------

function put_services(first, last,    i) {
	for (i = first; i <= last; i++)
		print name_[i] " " threads[i] (settings[i] == "" ? "" : " " swap(settings[i], ",", " "))
}

# The template's @NAME@, @THREADS@ and @PATH@; make fills in the directories.
function put_unit(    i, file, line, got) {
	i = row_of(name)
	file = templates (i <= n ? "/route." : "/worker.") out ".in"
	while ((got = (getline line < file)) > 0) {
		gsub(/@NAME@/, name_[i], line)
		gsub(/@THREADS@/, threads[i], line)
		gsub(/@PATH@/, path[i], line)
		print line
	}
	if (got < 0)
		die("routes.awk: cannot read " file)
}

# ---- OpenAPI ---------------------------------------------------------------

function put_openapi(    i) {
	print "{"
	print "  \"openapi\": \"3.1.0\","
	print "  \"info\": {\"title\": \"Gatehouse\", \"version\": \"1\", \"license\": {\"name\": \"MIT\", \"identifier\": \"MIT\"}},"
	print "  \"paths\": {"
	for (i = 1; i <= n; i++)
		openapi_path(i)
	print "  },"
	print "  \"components\": {"
	openapi_schemes()
	openapi_errors()
	print "  }"
	print "}"
}

function openapi_path(i,    w, m, j) {
	printf "    \"%s%s\": {\n", path[i], prefix[i] ? "{rest}" : ""
	if (prefix[i])
		print "      \"parameters\": [{\"name\": \"rest\", \"in\": \"path\", \"required\": true, \"schema\": {\"type\": \"string\"}}],"
	m = split(methods[i], w, ",")
	for (j = 1; j <= m; j++) {
		openapi_operation(i, w[j])
		print "      }" (j < m ? "," : "")
	}
	print "    }" (i < n ? "," : "")
}

function openapi_operation(i, verb,    type) {
	type = face[i] == "page" ? "text/html" : "application/json"
	printf "      \"%s\": {\n", tolower(verb)
	printf "        \"operationId\": \"%s_%s\",\n", tolower(verb), ident(name_[i])
	printf "        \"security\": [%s],\n", security(auth[i])
	if (verb != "GET" && body[i])
		printf "        \"requestBody\": {\"description\": \"at most %d bytes\", \"content\": {\"%s\": {}}},\n", \
			body[i], face[i] == "page" ? "application/x-www-form-urlencoded" : type
	printf "        \"responses\": {\n"
	printf "          \"200\": {\"description\": \"done\", \"content\": {\"%s\": {}}},\n", type
	openapi_refusals(i)
	print "        }"
}

# the refusals that nginx and common/ make on this route, by its columns
function openapi_refusals(i,    ref) {
	ref = face[i] == "page" ? "Page" : "Error"
	refusal("405", ref)
	if (body[i])
		refusal("413", ref)
	if (!has(auth[i], "none") && auth[i] != "local")
		refusal("401", ref)
	if (auth[i] != "none")
		refusal("403", ref)
	if (rate[i] != "")
		refusal("429", ref)
	printf "          \"default\": {\"$ref\": \"#/components/responses/%s\"}\n", ref
}

function refusal(status, ref) {
	printf "          \"%s\": {\"$ref\": \"#/components/responses/%s\"},\n", status, ref
}

# {} is OpenAPI's word for "without any credential is fine too"
function security(list,    w, m, i, s) {
	m = split(list, w, ",")
	for (i = 1; i <= m; i++) {
		s = s (i > 1 ? ", " : "")
		s = s (w[i] == "none" || w[i] == "local" ? "{}" : "{\"" w[i] "\": []}")
	}
	return s
}

function openapi_schemes() {
	print "    \"securitySchemes\": {"
	print "      \"key\": {\"type\": \"http\", \"scheme\": \"bearer\", \"description\": \"service key\"},"
	print "      \"user\": {\"type\": \"http\", \"scheme\": \"bearer\", \"bearerFormat\": \"JWT\"},"
	print "      \"session\": {\"type\": \"apiKey\", \"in\": \"cookie\", \"name\": \"__Host-session\"},"
	print "      \"cron\": {\"type\": \"http\", \"scheme\": \"bearer\", \"description\": \"CRON_SECRET\"}"
	print "    },"
}

function openapi_errors() {
	print "    \"schemas\": {"
	print "      \"Error\": {\"type\": \"object\", \"required\": [\"error\"], \"properties\": {\"error\": {"
	print "        \"type\": \"object\", \"required\": [\"code\", \"message\"], \"additionalProperties\": true,"
	print "        \"properties\": {\"code\": {\"type\": \"string\"}, \"message\": {\"type\": \"string\"}}}}}"
	print "    },"
	print "    \"responses\": {"
	print "      \"Error\": {\"description\": \"a typed error\", \"content\": {\"application/json\": {\"schema\": {\"$ref\": \"#/components/schemas/Error\"}}}},"
	print "      \"Page\": {\"description\": \"an error page\", \"content\": {\"text/html\": {}}}"
	print "    }"
}
