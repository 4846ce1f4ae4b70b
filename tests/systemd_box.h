/* systemd_box.h -- the fixture of a suite whose tests share one booted systemd, in which each runs:
 *
 *     tcase_add_unchecked_fixture(t, boot, halt);
 *
 *     START_TEST(finds_a_unit)
 *     {
 *         ENTER();
 *         systemd_shell("systemctl start --quiet foo.service");
 */
#ifndef SVCQL_SYSTEMD_BOX_H
#define SVCQL_SYSTEMD_BOX_H

#include <string.h>

#include "harness.h"
#include "make_systemd.h"

static const char *box; /* its folder, seen inside under the same path */
static pid_t       booted;

static inline void boot(void)
{
    box = harness_scratch();
    booted = systemd_start(box);
}

static inline void halt(void)
{
    if (booted > 0)
        systemd_stop(box);
}

/* Go inside, or skip the test where no systemd can be booted. */
#define ENTER()                                                                                    \
    do {                                                                                           \
        NEED_SYSTEMD(booted);                                                                      \
        systemd_enter(box);                                                                        \
    } while (0)

#endif
