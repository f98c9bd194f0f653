#ifndef ANNALS_WORKLOAD_H
#define ANNALS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The data that every contender is given: contact requests, calls that change them, and ids to ask
// for. All of it is a function of the numbers passed in, so that two contenders, two rounds and two
// machines work on the same values.

#pragma clang assume_nonnull begin

enum {
    WORKLOAD_OWNER_COUNT = 200,
    WORKLOAD_STATUS_COUNT = 5,
    WORKLOAD_REASON_COUNT = 7,
    WORKLOAD_CHANNEL_COUNT = 4,
    WORKLOAD_RECORDS_PER_MINUTE = 1000,
};

/// ASCII characters, not ended by a zero.
typedef struct {
    const char *bytes;
    uint32_t count;
} workload_text;

/// A contact request that is to be created.
typedef struct {
    /// 1 for the first record.
    uint64_t serial;
    /// Milliseconds since 1970; the time of the call, so the same for all of its records.
    int64_t created;
    /// 0 ..< WORKLOAD_OWNER_COUNT; a few owners have most of the records.
    uint32_t owner;
    bool is_callback;
    /// "CR-" and the serial in eight digits.
    workload_text name;
    workload_text status;
    workload_text reason;
    workload_text channel;
    /// 15 characters.
    workload_text phone;
    /// 80 to 229 characters of words, without spaces at the ends.
    workload_text description;
} workload_request;

/// New values for a request that exists.
typedef struct {
    uint64_t serial;
    /// Milliseconds since 1970; the time of the call, after that of every creation.
    int64_t time;
    /// Equal to the present one in about a quarter of the cases.
    workload_text status;
    workload_text description;
} workload_update;

/// Generates values, and holds those of one call.
typedef struct workload workload;

/// A generator of calls with at most `batch_count_max` records, or null where memory is short.
workload *_Nullable workload_create(size_t batch_count_max);

void workload_destroy(workload *_Nullable workload);

/// The `count` requests from index `first` on (0 for serial 1), which one call creates.
///
/// They and their texts are good until the workload is asked for the next call.
const workload_request *workload_requests(workload *workload, uint64_t first, size_t count);

/// The `count` updates from index `first` on, which one call makes in a store of `record_count`
/// requests: of records in random order, none of them twice before all have had their turn.
///
/// They and their texts are good until the workload is asked for the next call; the caller may
/// sort them.
workload_update *workload_updates(
    workload *workload, uint64_t first, size_t count, uint64_t record_count);

/// When the call comes that creates from index `first` on, in milliseconds since 1970.
///
/// The first comes a few seconds after a full minute, so that calls of 200 never fall upon one.
int64_t workload_time(uint64_t first);

/// When the call comes that updates from index `first` on, in a store of `record_count` requests:
/// after every creation.
int64_t workload_update_time(uint64_t first, uint64_t record_count);

/// A random serial among the first `record_count`; the same one for the same `step`.
uint64_t workload_random_serial(uint64_t step, uint64_t record_count);

#pragma clang assume_nonnull end

#endif
