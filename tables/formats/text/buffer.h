/* buffer.h -- a growing byte string, and the text forms that parsers and tables write into one.
 *
 *     struct buffer text = {0};
 *     buffer_puts(&text, "[");
 *     buffer_json(&text, name, strlen(name));
 *     buffer_puts(&text, "]");
 *     if (!buffer_text(&text)) ... out of memory
 *     buffer_free(&text);
 *
 * Errors are sticky: after a failed allocation, or past BUFFER_MAX bytes, writes do nothing and
 * buffer_text() returns NULL, so a caller checks once, at the end.
 */
#ifndef SVCQL_BUFFER_H
#define SVCQL_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUFFER_MAX (64u << 20) /* bytes; no honest column comes near */

struct buffer {
    char  *data; /* owned; NUL-terminated once buffer_text() has been called */
    size_t size; /* bytes written, without the NUL */
    size_t room; /* bytes allocated */
    bool   failed;
};

void buffer_put(struct buffer *b, const void *data, size_t size);
void buffer_putc(struct buffer *b, char c);
void buffer_puts(struct buffer *b, const char *text);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append bytes as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void buffer_json(struct buffer *b, const char *text, size_t size);

/* Append `units` UTF-16LE code units (2 bytes each) as UTF-8. Lone surrogates become U+FFFD.
 * The JSON form escapes and writes no quotes. */
void buffer_utf16(struct buffer *b, const uint8_t *data, size_t units);
void buffer_utf16_json(struct buffer *b, const uint8_t *data, size_t units);

/* The same, with U+FFFD for each NUL. */
void buffer_utf16_shown(struct buffer *b, const uint8_t *data, size_t units, bool json);

/* Append bytes as UTF-8 text: valid sequences stay, others become U+FFFD. */
void buffer_utf8(struct buffer *b, const char *text, size_t size);

/* Whether a code point moves, hides or reorders the text around it on a terminal: a control, or
 * one of the bidirectional and invisible ones of Unicode (UAX #9, UTS #39). */
bool character_deceives(uint32_t c);

/* Append bytes as text that a terminal only shows: a character that deceives is written as \x1b or
 * \u202e, and so is each byte that is not UTF-8. */
void buffer_printable(struct buffer *b, const char *text, size_t size);

/* Whether bytes are valid UTF-8 as they are, and hold no NUL. */
bool buffer_is_text(const char *text, size_t size);

/* Append a number in decimal digits. */
void buffer_decimal(struct buffer *b, uint64_t number);

/* Append bytes as lower-case hexadecimal digits. */
void buffer_hex(struct buffer *b, const uint8_t *data, size_t size);

/* Append a word so that a POSIX shell reads it as one: as it is where it can be, else in single
 * quotes. */
void buffer_shell_word(struct buffer *b, const char *text, size_t size);

/* The text so far, NUL-terminated, still owned by the buffer; NULL if any write failed. */
const char *buffer_text(struct buffer *b);

/* The same, which the caller frees from then on: the buffer is empty and has no memory. NULL if any write failed. */
char *buffer_take(struct buffer *b);

/* Empty the buffer and clear its error, keeping the memory for the next use. */
void buffer_reset(struct buffer *b);
void buffer_free(struct buffer *b);

#endif
