/* text_lines.h -- the lines of a stream of blocks, one at a time.
 *
 *     struct text_lines lines = {0};
 *     for each block of the file
 *         while (text_lines_feed(&lines, &data, &size) > 0)
 *             ... lines.text.data, lines.text.size ...
 *     if (text_lines_end(&lines) > 0) ...
 *     text_lines_free(&lines);
 *
 * A line has neither its '\n' nor a '\r' before that. A mark of UTF-8 at the beginning is left out. For
 * texts that were UTF-16, and so come from utf16_text.h; a log in UTF-8 is read by stream_line().
 */
#ifndef SVCQL_TEXT_LINES_H
#define SVCQL_TEXT_LINES_H

#include "buffer.h"

#define TEXT_LINE_MAX (1u << 20) /* bytes of a line; what is beyond is left out, and counted */

struct text_lines {
    struct buffer text; /* of the line just completed, NUL-terminated, until the next call */
    uint64_t      at;   /* where in the stream it begins, in bytes */
    uint64_t      read;
    uint64_t      cut; /* lines that were longer than TEXT_LINE_MAX */
    bool          open, complete, long_line;
};

/* Take bytes from *data, up to the end of a line: 1 when one is complete, 0 when all are taken, -ENOMEM. */
int text_lines_feed(struct text_lines *lines, const char **data, size_t *size);

/* The stream has ended: 1 if that completes a line. -ENOMEM. */
int text_lines_end(struct text_lines *lines);

void text_lines_free(struct text_lines *lines);

#endif
