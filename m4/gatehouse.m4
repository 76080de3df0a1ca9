dnl SPDX-License-Identifier: MIT

dnl GATEHOUSE_CFLAG(FLAG, VARIABLE): appends FLAG to VARIABLE when the compiler
dnl and linker take it.
AC_DEFUN([GATEHOUSE_CFLAG], [
	gatehouse_saved="$CFLAGS"
	CFLAGS="$CFLAGS -Werror $1"
	AC_MSG_CHECKING([whether $CC takes $1])
	AC_LINK_IFELSE([AC_LANG_PROGRAM], [AC_MSG_RESULT([yes]); $2="$$2 $1"], [AC_MSG_RESULT([no])])
	CFLAGS="$gatehouse_saved"
])

AC_DEFUN([GATEHOUSE_WARNINGS], [
	AC_ARG_ENABLE([werror], [AS_HELP_STRING([--enable-werror], [make warnings errors])])
	m4_foreach_w([flag], [-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
	    -Wmissing-prototypes -Wold-style-definition -Wwrite-strings -Wformat=2 -Wvla -Wundef],
	    [GATEHOUSE_CFLAG(flag, [GATEHOUSE_CFLAGS])])
	AS_IF([test "$enable_werror" = yes], [GATEHOUSE_CFLAGS="$GATEHOUSE_CFLAGS -Werror"])
	AC_SUBST([GATEHOUSE_CFLAGS])
])

AC_DEFUN([GATEHOUSE_HARDENING], [
	m4_foreach_w([flag], [-fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE],
	    [GATEHOUSE_CFLAG(flag, [GATEHOUSE_CFLAGS])])
	m4_foreach_w([flag], [-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed],
	    [GATEHOUSE_CFLAG(flag, [GATEHOUSE_LDFLAGS])])
	dnl The sanitizers check what _FORTIFY_SOURCE would, and see more without it.
	AS_IF([test "${enable_sanitizer:-no}" = no],
	    [GATEHOUSE_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])
	AC_SUBST([GATEHOUSE_CPPFLAGS])
	AC_SUBST([GATEHOUSE_LDFLAGS])
])

AC_DEFUN([GATEHOUSE_SANITIZER], [
	AC_ARG_ENABLE([sanitizer],
	    [AS_HELP_STRING([--enable-sanitizer], [build with AddressSanitizer and UndefinedBehaviorSanitizer])])
	AS_IF([test "$enable_sanitizer" = yes], [
		GATEHOUSE_CFLAGS="$GATEHOUSE_CFLAGS -g -O1 -fno-omit-frame-pointer"
		GATEHOUSE_CFLAGS="$GATEHOUSE_CFLAGS -fsanitize=address,undefined -fno-sanitize-recover=all"
		GATEHOUSE_LDFLAGS="$GATEHOUSE_LDFLAGS -fsanitize=address,undefined"
	])
])

AC_DEFUN([GATEHOUSE_COVERAGE], [
	AC_ARG_ENABLE([coverage], [AS_HELP_STRING([--enable-coverage], [build for gcov])])
	AS_IF([test "$enable_coverage" = yes], [
		GATEHOUSE_CFLAGS="$GATEHOUSE_CFLAGS --coverage -O0"
		GATEHOUSE_LDFLAGS="$GATEHOUSE_LDFLAGS --coverage"
	])
])
