#ifndef ANNALS_RECORDS_H
#define ANNALS_RECORDS_H

#include "CWorkload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The bytes of a row and of the log's transactions. They have the same shape as the engine's, so
// that every contender moves as many bytes in as many pieces; digests and salts are left zero.

/// The positions of a request's fields in a row, from 1; those in between belong to fields that the
/// workload leaves null.
typedef enum {
    SLOT_NAME = 1,
    SLOT_OWNER = 2,
    SLOT_PHONE = 5,
    SLOT_CHANNEL = 6,
    SLOT_STATUS = 7,
    SLOT_REASON = 8,
    SLOT_DESCRIPTION = 9,
    SLOT_IS_CALLBACK = 10,
    /// Both 0 by default, in four bytes.
    SLOT_ATTEMPTS = 11,
    SLOT_DELAY = 12,
    SLOT_LAST = 12,
} slot;

enum {
    ROW_HEADER_BYTES = 72,
    /// One offset per slot, plus the end of the last one.
    ROW_VALUES_START = ROW_HEADER_BYTES + 4 * (SLOT_LAST + 1),
    ROW_BYTES_MAX = 512,
    /// A frame's header of 8, a transaction's of 84, and the name of the writer.
    LOG_TRANSACTION_BYTES = 98,
    /// An event without its values: kind, record, previous event and digest (50), length (4), salt
    /// (16), number of fields (2).
    LOG_EVENT_BYTES = 72,
    LOG_FIELD_BYTES = 6,
    /// An update's field has two lengths, before and after.
    LOG_CHANGE_BYTES = 10,
    /// When and by whom it was last modified, and SystemModstamp, before an update.
    LOG_STAMPS_BYTES = 24,
    LOG_UPDATE_BYTES_MAX = 1024,
};

/// What the header of a row says about the record.
typedef struct {
    uint32_t checksum;
    uint8_t version;
    uint8_t state;
    uint16_t slot_count;
    uint64_t last_position;
    int64_t created;
    uint64_t created_by;
    int64_t last_modified;
    uint64_t last_modified_by;
    int64_t system_modstamp;
    uint64_t deleted_by;
    uint64_t deleted_in;
} row_header;

_Static_assert(sizeof(row_header) == ROW_HEADER_BYTES, "the header has no gaps");

/// The values of one record, one text per slot, empty for null. Some point into this very struct:
/// it must not be copied.
typedef struct {
    workload_text slots[SLOT_LAST + 1];
    uint64_t owner;
    uint8_t is_callback;
} record_values;

/// The packed key of a user: the object's code in the high bits, the serial in the low bits.
static inline uint64_t user_key(uint32_t number) { return UINT64_C(1) << 48 | (number + 1); }

/// The user who makes every call of the workload.
static inline uint64_t acting_user(void) { return user_key(0); }

/// The position of event `place` of call `number`: here it is enough that it is unique and
/// ascending.
static inline uint64_t event_position(uint64_t number, size_t place) {
    return number << 20 | (uint64_t)place;
}

void values_of_request(record_values *values, const workload_request *request);

/// The values of a row, which point into the row.
void values_of_row(record_values *values, const uint8_t *row);

row_header header_of_new_row(const workload_request *request, uint64_t position);

size_t row_byte_count(const record_values *values);

/// Writes a row of `row_byte_count` bytes.
void encode_row(uint8_t *row, const row_header *header, const record_values *values);

row_header header_of_row(const uint8_t *row);

workload_text value_in_row(const uint8_t *row, slot slot);

/// The size in the log of a call that creates `count` records.
size_t log_byte_count_of_creates(const record_values *values, size_t count);

void encode_log_of_creates(
    uint8_t *log, uint64_t number, const workload_request *requests, const record_values *values,
    size_t count);

/// Writes the header of a transaction, and returns where its events go.
uint8_t *begin_log(uint8_t *log, uint64_t number, int64_t time, size_t count);

/// What an update's event keeps of the record before it.
typedef struct {
    uint64_t previous_position;
    int64_t last_modified;
    uint64_t last_modified_by;
    int64_t system_modstamp;
    workload_text status;
    workload_text description;
} update_before;

/// Writes the event of an update, at most LOG_UPDATE_BYTES_MAX bytes, and returns where the next
/// one goes. Status is left out if it does not change.
uint8_t *log_update(uint8_t *log, const workload_update *update, const update_before *before);

static inline bool is_equal(workload_text left, workload_text right) {
    return left.count == right.count && !__builtin_memcmp(left.bytes, right.bytes, left.count);
}

/// Sorts the updates of a call by record.
void sort_updates(workload_update *updates, size_t count);

#endif
