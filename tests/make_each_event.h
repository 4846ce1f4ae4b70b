/* make_each_event.h -- an event log of each kind of event that the views know. */
#ifndef SVCQL_TESTS_MAKE_EACH_EVENT_H
#define SVCQL_TESTS_MAKE_EACH_EVENT_H

/* Write one event of each provider and number, in three variants of its data, minutes apart; then each once more in
 * another channel, as what is forwarded, and by another provider, which no view may take for it. */
void make_each_event(const char *path);

#endif
