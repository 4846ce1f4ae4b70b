/* attack.c -- techniques that have a new id in v19 of ATT&CK. */
#include "attack.h"

#include <string.h>

#include "table.h"

SQLITE_EXTENSION_INIT3

/* Where v19 merged several, the most specific one of v18. */
static const struct {
    const char *v19, *v18;
} renamed[] = {
    {"T1685", "T1562.001"},     {"T1685.001", "T1562.002"}, {"T1685.002", "T1562.008"},
    {"T1685.003", "T1562.011"}, {"T1685.004", "T1562.012"}, {"T1685.005", "T1070.001"},
    {"T1685.006", "T1070.002"}, {"T1686", "T1562.004"},     {"T1686.001", "T1562.007"},
    {"T1686.002", "T1562.013"}, {"T1688", "T1562.009"},     {"T1689", "T1562.010"},
    {"T1690", "T1562.003"},
};

bool attack_is_version(const char *version)
{
    return strcmp(version, "18.1") == 0 || strcmp(version, "19.1") == 0;
}

static const char *id_in(const char *technique, const char *version)
{
    for (size_t i = 0; strcmp(version, "18.1") == 0 && i < TBL_COUNT(renamed); i++)
        if (strcmp(renamed[i].v19, technique) == 0)
            return renamed[i].v18;
    return technique;
}

const char *attack_shown(const struct svcql *svcql, const char *technique)
{
    return id_in(technique, svcql_setting(svcql, "attack_version"));
}

static void attack_id(sqlite3_context *out, int argc, sqlite3_value **argv)
{
    const char *technique = (const char *)sqlite3_value_text(argv[0]);
    const char *version = argc > 1 ? (const char *)sqlite3_value_text(argv[1])
                                   : svcql_setting(sqlite3_user_data(out), "attack_version");

    if (!technique || !version)
        return;
    if (attack_is_version(version))
        sqlite3_result_text(out, id_in(technique, version), -1, SQLITE_TRANSIENT);
    else
        sqlite3_result_error(out, "attack_id: the version is 18.1 or 19.1", -1);
}

static void unref(void *svcql)
{
    svcql_unref(svcql);
}

int attack_register(struct svcql *svcql)
{
    int rc = SQLITE_OK;

    for (int n = 1; rc == SQLITE_OK && n <= 2; n++)
        rc = sqlite3_create_function_v2(svcql_db(svcql), "attack_id", n,
                                        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                        svcql_ref(svcql), attack_id, NULL, NULL, unref);
    return rc;
}
