/* command_lead.h -- parts before and within the words of a POSIX shell's command: assignments,
 * reserved words, braces, loops.
 */
#ifndef SVCQL_COMMAND_LEAD_H
#define SVCQL_COMMAND_LEAD_H

#include "shell_words.h"

/* Whether a word is NAME=value, which precedes a command and which later words may use. */
bool command_assignment(struct shell *shell, const struct shell_word *word);

/* for ((NAME=0; NAME<3; NAME++)): the words of a command begin with NAME=0 between its parentheses. NAME
 * has all these values then, or is unknown where they are not numbers, or too many. */
bool command_counting(struct shell *shell, const struct shell_command *command,
                      const struct shell_word *word);

/* The number of words before the command that are not part of it: if, do, {, export ... */
size_t command_posix_lead(const struct shell_word *words, size_t n);

/* {systemctl,stop,ssh}, {a,b}.service, x{1..3}, {a,b{c,d}}. Returns the words, or the given words
 * where there is nothing to expand, or too much. */
const struct shell_word *command_braces(struct arena *arena, const struct shell_word *words,
                                        size_t *n);

/* for NAME in WORDS. The result of a substitution is unknown. */
void command_loop(struct shell *shell, const struct shell_word *words, size_t n);

/* How often a loop runs a command: once for each value, and for each pair of two loops' values; at
 * most COMMAND_TURNS_MAX. 1 where its words hold no loop's variable. */
#define COMMAND_TURNS_MAX 64
size_t command_turns(const struct shell_word *words, size_t n);

/* The words of one of these times, from 0. NULL: out of memory. */
const struct shell_word *command_turn(struct arena *arena, const struct shell_word *words, size_t n,
                                      size_t turn);

/* Whether a word is NAME=value; NAME then has all values that the loops around it give. */
bool command_assign_turns(struct shell *shell, const struct shell_word *word, size_t turns);

#endif
