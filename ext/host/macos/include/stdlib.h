/* stdlib.h -- with numbers of one locale. */
#include_next <stdlib.h>
#include <xlocale.h>
