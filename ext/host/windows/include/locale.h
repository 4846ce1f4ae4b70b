/* locale.h -- with the locale of one call: Windows's own, by POSIX's names. */
#include_next <locale.h>
#ifndef SVCQL_WINDOWS_LOCALE_H
#define SVCQL_WINDOWS_LOCALE_H

#include <stdlib.h>

#define LC_ALL_MASK LC_ALL
typedef _locale_t locale_t;

static inline locale_t newlocale(int category, const char *name, locale_t base)
{
    (void)base;
    return _create_locale(category, name);
}

static inline void freelocale(locale_t locale)
{
    _free_locale(locale);
}

static inline double strtod_l(const char *text, char **end, locale_t locale)
{
    return _strtod_l(text, end, locale);
}

#endif
