/* SPDX-License-Identifier: MIT */
#include "common/route.h"

#include <string.h>

const struct route *
route_find(const char *name)
{
	for (size_t i = 0; i < routes_len; i++)
		if (strcmp(routes[i].name, name) == 0)
			return &routes[i];
	return NULL;
}
