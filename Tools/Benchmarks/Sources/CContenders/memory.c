#include "CContenders.h"

#ifdef __GLIBC__
#include <malloc.h>

void contender_return_memory(void) { malloc_trim(0); }
#else
void contender_return_memory(void) {}
#endif
