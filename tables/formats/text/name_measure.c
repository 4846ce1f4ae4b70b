/* name_measure.c -- letter statistics of names. */
#include "name_measure.h"

#include <stdint.h>
#include <string.h>

#include "text_measure.h"

#define NAME_MAX_READ 4096 /* bytes of a name that are read */

/* Evidence that a letter (column, a to z) after another one (row; row 0 is the beginning of a word)
 * is random, in sixteenths of a bit: log2(1/26) less log2 of its share among real names. Counted
 * from the words of 63,694 package names of Debian 12 and from the names of its units. */
static const int8_t after[27][26] = {
    /* clang-format off */
    {-3, 4, -11, -3, 8, 3, -4, 13, 8, 25, 18, -41, -6, 12, 14, -13, 29, 0, -18, -1, 20, 24, 16, 24,
     49, 46},
    {52, 6, -14, -3, 49, 33, 1, 53, 5, 65, 20, -17, -6, -23, 58, -11, 69, -24, -16, -25, 13, 17,
     34, 40, 17, 45},
    {-15, 10, -9, 5, -7, 8, -4, 24, -13, 8, 23, -10, -3, 16, -14, -2, 32, -4, -13, 5, -5, 23, 27,
     19, 32, 37},
    {-21, 44, 14, 23, -14, 40, 42, -21, 9, 68, -18, -12, 22, 60, -33, 10, 88, -6, 5, -14, 7, 47,
     61, 57, 36, 84},
    {-17, -2, 14, 16, -35, 11, 17, 44, -26, 49, 34, 11, 17, 23, -11, 16, 64, 4, 5, 27, 8, 42, 47,
     62, 33, 84},
    {1, 16, -5, 0, 8, 28, 24, 62, 36, 71, 49, -3, -2, -21, 31, 11, 42, -34, -17, -11, 43, 18, 24,
     2, 37, 62},
    {-16, 36, 15, 32, -9, -13, 36, 70, -33, 103, 56, -15, 18, 51, -22, 24, 78, -10, -10, -3, 3, 66,
     40, 36, 15, 91},
    {-7, 35, 19, 15, -33, 24, 14, 9, -14, 65, 53, -9, 16, -2, -13, 7, 75, -18, -3, 9, -2, 45, 39,
     54, 49, 58},
    {-31, 44, 20, 18, -35, 34, 63, 78, -21, 62, 57, 27, 19, 45, -21, 15, 75, 10, 14, -11, 3, 55,
     42, 65, 6, 80},
    {12, -49, -8, 5, 9, 18, 10, 88, 62, 89, 42, -5, 1, -26, -3, 9, 73, 11, -4, -11, 53, 25, 78, 27,
     121, 33},
    {-34, 21, 0, 9, -27, 21, 20, 36, -12, 91, 44, 23, 13, 26, -18, 1, 40, 31, -33, 20, -10, 27, 33,
     39, 49, 70},
    {-13, 19, 13, 0, -33, 37, 16, 35, -21, 65, 40, 11, 11, 28, -1, 17, 82, 12, -9, 5, 5, 51, 27,
     62, 25, 70},
    {-12, 46, 31, 18, -21, 45, 54, 76, -57, 100, 45, 1, 40, 70, -11, 29, 93, 52, 5, 15, 10, 43, 62,
     57, 29, 68},
    {-35, 7, 21, 4, -29, 32, 34, 53, -19, 82, 50, -4, 7, 44, -20, -18, 51, 33, 6, 20, 1, 50, 54,
     68, 33, 89},
    {-12, 35, -8, -13, -21, 7, -17, 52, -11, 48, 22, 24, 33, 16, -4, 27, 71, 45, -13, -26, 8, 21,
     60, 43, 27, 65},
    {19, 12, -9, -3, 49, 22, 5, 59, 25, 46, 20, -14, -10, -31, -7, -10, 74, -26, -6, -8, 0, 28, 14,
     21, 59, 66},
    {-24, 42, 11, 11, -26, 33, 21, -2, -10, 108, 39, -14, 24, 37, -11, -3, 74, -16, 1, -4, 7, 62,
     50, 67, -7, 94},
    {8, 28, 7, 15, 33, 41, 24, 44, 28, 53, 79, -25, -2, 58, 31, 8, 44, 6, 11, -35, -48, 46, 25, 38,
     56, 70},
    {-24, 32, 6, 4, -32, 31, 27, 64, -19, 74, 18, 22, 5, 23, -20, 18, 76, 24, -6, -5, 10, 24, 65,
     73, 11, 80},
    {3, 37, -3, 24, -21, 40, 41, -4, -10, 89, 23, 14, 12, 29, -3, -2, 32, 39, -7, -30, 12, 39, 30,
     62, 5, 101},
    {-17, 39, 7, 25, -30, 29, 46, -3, -22, 75, 28, 16, 25, 53, -18, 13, 77, -17, -1, 4, 13, 59, 33,
     53, 10, 62},
    {2, -1, 7, 1, -1, 18, 7, 64, -12, 63, 39, -11, -12, -25, 39, -9, 127, -21, -24, -26, 49, 50,
     72, 24, 74, 43},
    {-25, 26, 14, 8, -47, 35, 27, 49, -36, 89, 53, 26, 7, 21, -4, 22, 110, 29, 16, 10, 29, 74, 73,
     75, 43, 127},
    {-31, 31, 21, 18, -30, 25, 33, 10, -32, 79, 40, 16, -1, 2, -16, 23, 61, 0, -7, 8, 40, 65, 39,
     34, 49, 86},
    {8, 18, -1, 4, -7, 9, 26, 36, -7, 65, 36, 11, -14, 39, 18, -11, 55, 10, 0, -26, 41, 46, 31, 20,
     10, 69},
    {-4, 15, 7, 17, 4, 27, 17, 50, 27, 65, 44, -1, 3, -6, 7, -19, 52, 13, -28, 0, 27, 45, 40, 41,
     103, 55},
    {-18, 21, 23, 29, -42, 22, 48, 35, -25, 58, 59, 0, 7, 23, -14, 45, 61, 29, 17, 33, 22, 34, 36,
     32, -5, -10},
    /* clang-format on */
};

/* The same for a change of case and of letters to digits, [before][now]. Random letters of both
 * cases are upper case half of the time; ten of 36 random letters and digits are digits. */
static const double case_bits[2][2] = {{-0.9, 2.8}, {-0.1, 0.2}};  /* lower, upper */
static const double digit_bits[2][2] = {{-0.4, 2.8}, {1.3, -1.1}}; /* letter, digit */

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* 1 to 26, or 0 for what is not an ASCII letter. */
static int letter(char c)
{
    return is_lower(c) ? c - 'a' + 1 : is_upper(c) ? c - 'A' + 1 : 0;
}

static double run_bits(const char *run, size_t size)
{
    double pairs = 0, cases = 0, digits = 0;

    for (size_t i = 0; i < size; i++) {
        int now = letter(run[i]), before = i > 0 ? letter(run[i - 1]) : 0;

        if (now)
            pairs += after[before][now - 1] / 16.0;
        if (now && before)
            cases += case_bits[is_upper(run[i - 1])][is_upper(run[i])];
        if (i > 0)
            digits += digit_bits[!before][!now];
    }
    return pairs + (cases > 0 ? cases : 0) + (digits > 0 ? digits : 0);
}

double name_randomness(const char *name, size_t size)
{
    double most = 0;
    bool   any = false;

    if (size > NAME_MAX_READ)
        size = NAME_MAX_READ;
    for (size_t i = 0, end; i < size; i = end) {
        for (end = i; end < size && (letter(name[end]) || is_digit(name[end])); end++)
            ;
        if (end == i) {
            end++;
            continue;
        }
        double bits = run_bits(name + i, end - i);
        if (!any || bits > most)
            most = bits;
        any = true;
    }
    return most;
}

/* Likeness ---------------------------------------------------------------------- */

#define LIKE_MAX  64 /* bytes of a name that are compared; longer ones are like no other */
#define LIKE_EDIT 6  /* letters from which on one that differs is a likeness */

/* What the eye keeps of a name: returns its bytes. */
static size_t skeleton(const char *name, size_t size, char out[static LIKE_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < size; i++) {
        char c = is_upper(name[i]) && name[i] != 'I' ? (char)(name[i] | 0x20) : name[i];

        if (c == '-' || c == '_')
            continue;
        if (c == '1' || c == 'I' || c == 'i' || c == '|')
            c = 'l';
        else if (c == '0')
            c = 'o';
        else if (i + 1 < size && c == 'r' && name[i + 1] == 'n')
            c = 'm', i++;
        else if (i + 1 < size && c == 'v' && name[i + 1] == 'v')
            c = 'w', i++;
        if (n == 0 || out[n - 1] != c)
            out[n++] = c;
    }
    return n;
}

bool names_look_alike(const char *a, size_t a_size, const char *b, size_t b_size)
{
    char   a_bones[LIKE_MAX], b_bones[LIKE_MAX];
    size_t most = a_size > b_size ? a_size : b_size, least = a_size < b_size ? a_size : b_size;

    if (most > LIKE_MAX || least < 4 || (a_size == b_size && memcmp(a, b, a_size) == 0))
        return false;
    if (least >= LIKE_EDIT && text_edit_distance(a, a_size, b, b_size) == 1)
        return true;
    size_t a_n = skeleton(a, a_size, a_bones), b_n = skeleton(b, b_size, b_bones);
    return a_n == b_n && memcmp(a_bones, b_bones, a_n) == 0;
}
