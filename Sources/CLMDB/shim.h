#include <lmdb.h>
// statfs, which the Glibc module leaves out.
#include <sys/vfs.h>
