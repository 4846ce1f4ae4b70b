/* wine_acp.c -- for tests/wine.sh: print the code page that programs have. */
#include <stdio.h>

#include <windows.h>

int main(void)
{
    printf("%u\n", GetACP());
    return 0;
}
