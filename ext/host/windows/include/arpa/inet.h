/* arpa/inet.h -- addresses as text: functions of ws2_32 that need no network. */
#ifndef SVCQL_WINDOWS_INET_H
#define SVCQL_WINDOWS_INET_H

#include <stddef.h>
#include <stdint.h>

enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 23 };
enum { INET_ADDRSTRLEN = 22, INET6_ADDRSTRLEN = 65 };

const char *inet_ntop(int family, const void *address, char *text, size_t size);
int         inet_pton(int family, const char *text, void *address);

static inline uint16_t ntohs(uint16_t n)
{
    return __builtin_bswap16(n);
}

static inline uint32_t ntohl(uint32_t n)
{
    return __builtin_bswap32(n);
}

#endif
