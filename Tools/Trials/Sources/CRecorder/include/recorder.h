// The format of the trace: records with this header, each followed by `length` bytes.
#ifndef ANNALS_RECORDER_H
#define ANNALS_RECORDER_H

#include <stdint.h>

enum recorded_kind {
    recorded_create = 1,    // file, path
    recorded_write = 2,     // file, offset, bytes; flag: on the disk when the call returns
    recorded_truncate = 3,  // file, offset: the new length
    recorded_sync = 4,      // file
    recorded_sync_folder = 5,  // path
    recorded_rename = 6,    // path, 0, path
    recorded_unlink = 7,    // path
    recorded_make_folder = 8,  // path
    recorded_remove_folder = 9,  // path
    recorded_link = 10,     // path, 0, path
    recorded_mark = 11,     // text from the program
};

struct recorded {
    uint32_t kind;
    uint32_t file;
    uint32_t flag;
    uint32_t reserved;
    uint64_t offset;
    uint64_t length;
};

#endif
