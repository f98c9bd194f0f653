#ifndef ANNALS_KEYS_H
#define ANNALS_KEYS_H

#include "CWorkload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Keys of the LMDB contender: most significant byte first, so that LMDB's byte order is the order
// of their meaning, and every key of a tree can be found, scanned and appended by it.

enum { KEY_BYTES_MAX = 24 };

/// One key to put into a tree or to remove from it.
typedef struct {
    /// Zero after `count`.
    uint8_t bytes[KEY_BYTES_MAX];
    uint8_t count;
    bool is_removal;
} tree_key;

static inline void put48(uint8_t *bytes, uint64_t value) {
    for (int index = 5; index >= 0; index--, value >>= 8) bytes[index] = (uint8_t)value;
}

static inline void put64(uint8_t *bytes, uint64_t value) {
    for (int index = 7; index >= 0; index--, value >>= 8) bytes[index] = (uint8_t)value;
}

static inline uint64_t get48(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int index = 0; index < 6; index++) value = value << 8 | bytes[index];
    return value;
}

static inline uint64_t get64(const uint8_t *bytes) {
    uint64_t value = 0;
    for (int index = 0; index < 8; index++) value = value << 8 | bytes[index];
    return value;
}

/// A second since 1970 as six bytes in ascending order; 2^47 stands for 1970.
static inline void put_second(uint8_t *bytes, int64_t second) {
    put48(bytes, (uint64_t)second + (UINT64_C(1) << 47));
}

static inline int64_t second_of(int64_t milliseconds) {
    return milliseconds / 1000;
}

/// Six bytes for the second, six for the serial.
static inline tree_key time_key(int64_t milliseconds, uint64_t serial) {
    tree_key key = {.count = 12};
    put_second(key.bytes, second_of(milliseconds));
    put48(key.bytes + 6, serial);
    return key;
}

/// The text, a zero so that a text sorts before those that it is a prefix of, and the serial.
static inline tree_key text_key(workload_text text, uint64_t serial) {
    tree_key key = {.count = (uint8_t)(text.count + 7)};
    memcpy(key.bytes, text.bytes, text.count);
    put48(key.bytes + text.count + 1, serial);
    return key;
}

/// Eight bytes for the referenced record, six for the serial.
static inline tree_key reference_key(uint64_t reference, uint64_t serial) {
    tree_key key = {.count = 14};
    put64(key.bytes, reference);
    put48(key.bytes + 8, serial);
    return key;
}

/// Sorts keys in LMDB's order; `space` has room for the same number.
void sort_keys(tree_key *keys, size_t count, tree_key *space);

#endif
