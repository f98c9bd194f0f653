// Loaded before a program (LD_PRELOAD), it records every change that the program makes to files
// under one folder, in order and with all bytes.
//
// ANNALS_RECORD_ROOT   the folder, absolute
// ANNALS_RECORD_TRACE  the file for the trace; its format is in recorder.h
//
// Whatever is written to the file named like the folder plus ".marks" is a mark: there the program
// says what it was promised. Each call is made and recorded under one lock, so that the order is
// the order in which the calls happened. Locks of LMDB (lock.mdb) mean nothing after a power
// failure and are left out; LMDB writes data only by calls, never through its map.

#include "recorder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { descriptor_max = 4096, file_max = 65536 };

enum opened_kind { opened_other, opened_file, opened_folder, opened_marks };

static struct {
    enum opened_kind kind;
    uint32_t file;
    bool is_synchronous;
    char path[512];
} opened[descriptor_max];

static struct {
    uint64_t device, inode;
} known[file_max];
static uint32_t known_count;

static const char *root;
static size_t root_length;
static int trace = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    root = getenv("ANNALS_RECORD_ROOT");
    const char *path = getenv("ANNALS_RECORD_TRACE");
    if (root == NULL || path == NULL) return;
    root_length = strlen(root);
    trace = (int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
}

// If a record could not be written, the trace would be wrong.
static void put(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count > 0) {
        ssize_t done = syscall(SYS_write, trace, next, count);
        if (done <= 0) abort();
        next += done;
        count -= (size_t)done;
    }
}

static void record(uint32_t kind, uint32_t file, uint32_t flag, uint64_t offset, const void *bytes,
                   size_t length) {
    struct recorded head = {kind, file, flag, 0, offset, length};
    put(&head, sizeof head);
    if (length > 0) put(bytes, length);
}

static void record_path(uint32_t kind, uint32_t file, const char *path) {
    record(kind, file, 0, 0, path, strlen(path));
}

static void record_paths(uint32_t kind, const char *from, const char *to) {
    char both[2 * PATH_MAX];
    size_t first = strlen(from), second = strlen(to);
    if (first + second + 1 > sizeof both) abort();
    memcpy(both, from, first + 1);
    memcpy(both + first + 1, to, second);
    record(kind, 0, 0, 0, both, first + 1 + second);
}

static bool is_marks(const char *path) {
    return strncmp(path, root, root_length) == 0 && strcmp(path + root_length, ".marks") == 0;
}

static bool is_inside(const char *path) {
    if (trace < 0 || path == NULL || strncmp(path, root, root_length) != 0) return false;
    if (path[root_length] != '/' && path[root_length] != 0) return false;
    const char *name = strrchr(path, '/');
    return name == NULL || strcmp(name, "/lock.mdb") != 0;
}

static uint32_t file_number(int descriptor, bool *is_new) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) abort();
    for (uint32_t index = known_count; index > 0; index--) {
        if (known[index - 1].inode == status.st_ino && known[index - 1].device == status.st_dev) {
            *is_new = false;
            return index - 1;
        }
    }
    if (known_count == file_max) abort();
    known[known_count].inode = status.st_ino;
    known[known_count].device = status.st_dev;
    *is_new = true;
    return known_count++;
}

static int open_recorded(int folder, const char *path, int flags, mode_t mode) {
    if (trace < 0 || path == NULL || path[0] != '/') {
        return (int)syscall(SYS_openat, folder, path, flags, mode);
    }
    bool marks = is_marks(path);
    if (!marks && !is_inside(path)) return (int)syscall(SYS_openat, folder, path, flags, mode);
    pthread_mutex_lock(&lock);
    bool existed = access(path, F_OK) == 0;
    int result = (int)syscall(SYS_openat, folder, path, flags, mode);
    if (result >= descriptor_max) abort();
    if (result >= 0) {
        struct stat status;
        if (fstat(result, &status) != 0) abort();
        opened[result].is_synchronous = (flags & (O_DSYNC | O_SYNC)) != 0;
        strncpy(opened[result].path, path, sizeof opened[result].path - 1);
        if (marks) {
            opened[result].kind = opened_marks;
        } else if (S_ISDIR(status.st_mode)) {
            opened[result].kind = opened_folder;
        } else {
            bool is_new = false;
            opened[result].kind = opened_file;
            // If an inode number is used again, it is a new file.
            if (!existed) {
                struct stat now;
                if (fstat(result, &now) != 0) abort();
                for (uint32_t index = 0; index < known_count; index++) {
                    if (known[index].inode == now.st_ino) known[index].inode = 0;
                }
            }
            opened[result].file = file_number(result, &is_new);
            if (!existed) {
                record_path(recorded_create, opened[result].file, path);
            } else if ((flags & O_TRUNC) != 0) {
                record(recorded_truncate, opened[result].file, 0, 0, NULL, 0);
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static mode_t mode_of(int flags, va_list rest) {
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_recorded(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_recorded(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_recorded(folder, path, flags, mode);
}

static enum opened_kind kind_of(int descriptor) {
    if (trace < 0 || descriptor < 0 || descriptor >= descriptor_max) return opened_other;
    return opened[descriptor].kind;
}

int close(int descriptor) {
    if (kind_of(descriptor) == opened_other) return (int)syscall(SYS_close, descriptor);
    pthread_mutex_lock(&lock);
    opened[descriptor].kind = opened_other;
    int result = (int)syscall(SYS_close, descriptor);
    pthread_mutex_unlock(&lock);
    return result;
}

int dup2(int from, int to) {
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_dup3, from, to, 0);
    if (result >= 0 && trace >= 0 && from < descriptor_max && to < descriptor_max) {
        opened[to] = opened[from];
    }
    pthread_mutex_unlock(&lock);
    return result;
}

static void wrote(int descriptor, uint64_t offset, const void *bytes, ssize_t count) {
    if (count <= 0) return;
    if (opened[descriptor].kind == opened_marks) {
        record(recorded_mark, 0, 0, 0, bytes, (size_t)count);
    } else if (opened[descriptor].kind == opened_file) {
        record(recorded_write, opened[descriptor].file, opened[descriptor].is_synchronous, offset,
               bytes, (size_t)count);
    }
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (kind_of(descriptor) == opened_other) return syscall(SYS_write, descriptor, bytes, count);
    pthread_mutex_lock(&lock);
    off_t offset = lseek(descriptor, 0, SEEK_CUR);
    ssize_t result = syscall(SYS_write, descriptor, bytes, count);
    wrote(descriptor, (uint64_t)offset, bytes, result);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (kind_of(descriptor) == opened_other) {
        return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    }
    pthread_mutex_lock(&lock);
    ssize_t result = syscall(SYS_pwrite64, descriptor, bytes, count, offset);
    wrote(descriptor, (uint64_t)offset, bytes, result);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}

// Each part is a separate write: the disk may have one without the other anyway.
ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
    if (kind_of(descriptor) == opened_other) {
        return syscall(SYS_pwritev, descriptor, parts, (long)count, (long)offset, 0L);
    }
    ssize_t sum = 0;
    for (int index = 0; index < count; index++) {
        ssize_t done = pwrite(descriptor, parts[index].iov_base, parts[index].iov_len, offset + sum);
        if (done < 0) return sum > 0 ? sum : -1;
        sum += done;
        if ((size_t)done < parts[index].iov_len) break;
    }
    return sum;
}

ssize_t pwritev64(int descriptor, const struct iovec *parts, int count, off_t offset) {
    return pwritev(descriptor, parts, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (kind_of(descriptor) == opened_other) {
        return syscall(SYS_writev, descriptor, parts, (long)count);
    }
    ssize_t sum = 0;
    for (int index = 0; index < count; index++) {
        ssize_t done = write(descriptor, parts[index].iov_base, parts[index].iov_len);
        if (done < 0) return sum > 0 ? sum : -1;
        sum += done;
        if ((size_t)done < parts[index].iov_len) break;
    }
    return sum;
}

int ftruncate(int descriptor, off_t length) {
    if (kind_of(descriptor) == opened_other) {
        return (int)syscall(SYS_ftruncate, descriptor, length);
    }
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, descriptor, length);
    if (result == 0 && opened[descriptor].kind == opened_file) {
        record(recorded_truncate, opened[descriptor].file, 0, (uint64_t)length, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int descriptor, off_t length) { return ftruncate(descriptor, length); }

static int synchronize(int descriptor, long call) {
    if (kind_of(descriptor) == opened_other) return (int)syscall(call, descriptor);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(call, descriptor);
    if (result == 0 && opened[descriptor].kind == opened_file) {
        record(recorded_sync, opened[descriptor].file, 0, 0, NULL, 0);
    } else if (result == 0 && opened[descriptor].kind == opened_folder) {
        record_path(recorded_sync_folder, 0, opened[descriptor].path);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int descriptor) { return synchronize(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return synchronize(descriptor, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    if (!is_inside(from) && !is_inside(to)) {
        return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    }
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (result == 0) record_paths(recorded_rename, from, to);
    pthread_mutex_unlock(&lock);
    return result;
}

int link(const char *from, const char *to) {
    if (!is_inside(to)) return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (result == 0) record_paths(recorded_link, from, to);
    pthread_mutex_unlock(&lock);
    return result;
}

static int one_path(const char *path, uint32_t kind, long call, long third) {
    if (!is_inside(path)) return (int)syscall(call, AT_FDCWD, path, third);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(call, AT_FDCWD, path, third);
    if (result == 0) record_path(kind, 0, path);
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path) { return one_path(path, recorded_unlink, SYS_unlinkat, 0); }
int rmdir(const char *path) {
    return one_path(path, recorded_remove_folder, SYS_unlinkat, AT_REMOVEDIR);
}
int mkdir(const char *path, mode_t mode) {
    return one_path(path, recorded_make_folder, SYS_mkdirat, (long)mode);
}
int remove(const char *path) {
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) return rmdir(path);
    return unlink(path);
}
