#include "lib.h"
const char *lib_version(void) { return LIB_VERSION; }
int lib_add(int left, int right) { return left + right; }
