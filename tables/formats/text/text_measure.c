#include "text_measure.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

double text_entropy(const char *text, size_t size)
{
    size_t counts[256] = {0};
    double bits = 0;

    for (size_t i = 0; i < size; i++)
        counts[(uint8_t)text[i]]++;
    for (size_t i = 0; i < 256; i++) {
        double share = (double)counts[i] / (double)(size ? size : 1);

        if (counts[i])
            bits -= share * log2(share);
    }
    return bits > 0 ? bits : 0; /* not -0.0 */
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

int text_edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int rows[3][EDIT_DISTANCE_MAX + 1]; /* of the last three prefixes of `a` */

    if (a_size > EDIT_DISTANCE_MAX || b_size > EDIT_DISTANCE_MAX)
        return -1;
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= a_size; i++) {
        int       *row = rows[i % 3], *above = rows[(i - 1) % 3];
        const int *two_above = rows[(i + 1) % 3];

        row[0] = (int)i;
        for (size_t j = 1; j <= b_size; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}
