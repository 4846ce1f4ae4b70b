/* stdio.h -- with names in UTF-8, and with a stream into memory: stream.c. */
#include_next <stdio.h>
#include <sys/types.h>
#ifndef SVCQL_WINDOWS_STDIO_H
#define SVCQL_WINDOWS_STDIO_H

/* Bytes as they are, and no handle is inherited. */
FILE *host_fopen(const char *path, const char *mode);
FILE *host_open_memstream(char **ret, size_t *ret_size);
int   host_fclose(FILE *file);
#define fopen          host_fopen
#define open_memstream host_open_memstream
#define fclose         host_fclose

/* Windows's own, as it is there already. */
#define sscanf __ms_sscanf

#endif
