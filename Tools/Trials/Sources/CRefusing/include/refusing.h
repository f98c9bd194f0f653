// The kinds of calls that can be refused, by the names that ANNALS_FAULT_KIND takes.
#ifndef ANNALS_REFUSING_H
#define ANNALS_REFUSING_H

enum refused_kind {
    refused_open,      // open, openat, opendir
    refused_read,      // read, pread
    refused_list,      // readdir
    refused_look,      // stat, fstat, lstat, access, statfs, statvfs
    refused_write,     // write, pwrite, writev
    refused_sync,      // fsync, fdatasync, msync
    refused_truncate,  // ftruncate
    refused_name,      // rename, link, unlink, rmdir, mkdir
    refused_lock,      // flock, record locks
    refused_map,       // mmap of a file
    refused_allocate,  // malloc, calloc, realloc and posix_memalign, called by LMDB or zstd
    refused_thread,    // pthread_create, called by LMDB or the program itself
    refused_count,
};

#endif
