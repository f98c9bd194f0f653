// What the recorder writes into the trace: records of this head, each followed by `length` bytes.
#ifndef ANNALS_RECORDER_H
#define ANNALS_RECORDER_H

#include <stdint.h>

enum recorded_kind {
    recorded_create = 1,    // file, path
    recorded_write = 2,     // file, offset, bytes; flag: it is on the disk when it returns
    recorded_truncate = 3,  // file, offset: the length that it has now
    recorded_sync = 4,      // file
    recorded_sync_folder = 5,  // path
    recorded_rename = 6,    // path, 0, path
    recorded_unlink = 7,    // path
    recorded_make_folder = 8,  // path
    recorded_remove_folder = 9,  // path
    recorded_link = 10,     // path, 0, path
    recorded_mark = 11,     // what the program says: text
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
