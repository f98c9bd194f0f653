#include <lmdb.h>
#include <sys/types.h>
// statfs, which the Glibc module leaves out.
#include <sys/vfs.h>

// The C library shows it with _GNU_SOURCE alone, which the Glibc module is not made with.
extern int fallocate(int descriptor, int mode, off_t offset, off_t byteCount);
