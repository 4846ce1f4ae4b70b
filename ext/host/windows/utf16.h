/* utf16.h -- names of Windows as svcql has them. A surrogate without its pair, which NTFS allows, is
 * three bytes as any other unit (WTF-8), so that each name can be opened again.
 */
#ifndef SVCQL_WINDOWS_UTF16_H
#define SVCQL_WINDOWS_UTF16_H

#include <stddef.h>
#include <wchar.h>

/* Text in UTF-16 as UTF-8 with a NUL: the bytes without it; 0 where they do not fit. */
size_t utf16_to_utf8(const wchar_t *text, size_t units, char *ret, size_t size);

/* The reverse: the units without the NUL; 0 where they do not fit, or for bytes that are not UTF-8. */
size_t utf8_to_utf16(const char *text, wchar_t *ret, size_t room);

/* malloc()ed; NULL: no memory, or not UTF-8. */
wchar_t *utf8_to_utf16_copy(const char *text);
char    *utf16_to_utf8_copy(const wchar_t *text);

#endif
