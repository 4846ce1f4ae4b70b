/* attack.h -- ids of ATT&CK in one version at a time.
 *
 * Views and detections name techniques as v19.1 does. What is shown is the version of the setting
 * attack_version:
 *
 *     UPDATE svcql_settings SET value = '18.1' WHERE name = 'attack_version';
 *     SELECT attack_id('T1685'); -- T1562.001
 */
#ifndef SVCQL_ATTACK_H
#define SVCQL_ATTACK_H

#include <stdbool.h>

#include "table/connection.h"

bool attack_is_version(const char *version);

/* A technique of v19.1 by its id in the version that is shown. */
const char *attack_shown(const struct svcql *svcql, const char *technique);

/* Register attack_id(technique) and attack_id(technique, version). Returns an SQLite code. */
int attack_register(struct svcql *svcql);

#endif
