# Linux, by the compiler that is at hand.
HOSTS    := ext/host/linux/% ext/host/posix/%
PRODUCTS  = $(BUILD)/svcql.so $(BUILD)/svcql
