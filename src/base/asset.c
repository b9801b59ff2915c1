/* asset.c: finds a built-in file; see base/asset.h. */
#include "base/asset.h"

#include <string.h>

const struct asset *asset_find(const struct asset *table, const char *name) {
	for (; table->name; table++)
		if (!strcmp(table->name, name)) return table;
	return NULL;
}
