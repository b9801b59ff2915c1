/* jail_probe.c: what this kernel offers for a jail, asked with bare system calls so that programs which close no jail
 * need not link libseccomp. */
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/jail.h"

int jail_landlock(void) {
	long v = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	return v > 0 ? (int)v : 0;
}

static int seccomp_there(void) {
	uint32_t action = SECCOMP_RET_KILL_PROCESS;
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

const char *jail_describe(char *out, size_t size) {
	int landlock = jail_landlock();
	const char *filter = seccomp_there() ? "seccomp" : "no seccomp (pictures cannot be read safely here)";
	if (landlock > 0)
		snprintf(out, size, "Landlock %d and %s", landlock, filter);
	else
		snprintf(out, size, "%s; this kernel has no Landlock", filter);
	return out;
}
