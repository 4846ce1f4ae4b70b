# Linux, by the compiler that is at hand.
HOST_FOLDERS := ext/host/linux/% ext/host/posix/%
PRODUCTS  = $(BUILD)/svcql.so $(BUILD)/svcql
