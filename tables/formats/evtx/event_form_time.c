/* event_form_time.c -- times as exports of Windows events write them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "event_forms.h"
#include "evtx.h"

double event_form_time(const char *text)
{
    struct evtx_value value = {(const uint8_t *)text, (uint32_t)strlen(text), EVTX_UTF8};
    double            time = evtx_value_time(&value);
    int               a, b, year, hour, minute, read = 0;
    double            second = 0;
    long long         ms;
    char              mark, iso[64], half[4] = "";

    if (!isnan(time))
        return time;
    if (sscanf(text, "/Date(%lld", &ms) == 1)
        return (double)ms / 1e3;
    if (sscanf(text, "%2d%1c%2d%*1[/.-]%4d%*[, ]%2d:%2d%n:%lf%n", &a, &mark, &b, &year, &hour,
               &minute, &read, &second, &read) < 6)
        return NAN;
    sscanf(text + read, " %2[AaPp]", half);
    bool twelve = *half;
    if (twelve)
        hour = hour % 12 + (*half == 'P' || *half == 'p' ? 12 : 0);
    bool month_first = mark == '/' && (twelve ? a <= 12 : b > 12);
    snprintf(iso, sizeof iso, "%04d-%02d-%02dT%02d:%02d:%09.6f", year, month_first ? a : b,
             month_first ? b : a, hour, minute, second);
    value = (struct evtx_value){(const uint8_t *)iso, (uint32_t)strlen(iso), EVTX_UTF8};
    return evtx_value_time(&value);
}
