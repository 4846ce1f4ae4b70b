/* sigma_samples.h -- Sigma rules tried on their own sample logs.
 *
 * Beside a rule X.yml, logs that it must match are files or folders X.match.* or X.match, and logs
 * that it must not match X.clean.* or X.clean: event logs, JSON, audit logs, roots, as --evidence
 * takes them.
 */
#ifndef SVCQL_SIGMA_SAMPLES_H
#define SVCQL_SIGMA_SAMPLES_H

#include <stdio.h>

/* Try all rules of a folder, and print a line for each; `junit`, a path or NULL, gets JUnit's XML.
 * An exit status: EXIT_CLEAN where all passed. */
int sigma_samples(const char *folder, const char *junit, FILE *out);

#endif
