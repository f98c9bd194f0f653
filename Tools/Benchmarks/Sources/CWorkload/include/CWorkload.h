#ifndef ANNALS_WORKLOAD_H
#define ANNALS_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The data that every contender gets: contact requests, calls that change them, and ids to query.
// All of it is a function of the numbers passed in, so that two contenders, two rounds and two
// machines work on the same values.

#pragma clang assume_nonnull begin

enum {
    WORKLOAD_OWNER_COUNT = 200,
    WORKLOAD_STATUS_COUNT = 5,
    WORKLOAD_REASON_COUNT = 7,
    WORKLOAD_CHANNEL_COUNT = 4,
    WORKLOAD_RECORDS_PER_MINUTE = 1000,
};

/// ASCII characters, not zero-terminated.
typedef struct {
    const char *bytes;
    uint32_t count;
} workload_text;

/// A contact request to be created.
typedef struct {
    /// 1 for the first record.
    uint64_t serial;
    /// Milliseconds since 1970; the time of the call, and therefore the same for all of its
    /// records.
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

/// New values for an existing request.
typedef struct {
    uint64_t serial;
    /// Milliseconds since 1970; the time of the call, which is after every creation.
    int64_t time;
    /// The same as before in about a quarter of the cases.
    workload_text status;
    workload_text description;
} workload_update;

/// Generates values, and keeps those of one call.
typedef struct workload workload;

/// A generator of calls with at most `batch_count_max` records, or null if there is not enough
/// memory.
workload *_Nullable workload_create(size_t batch_count_max);

void workload_destroy(workload *_Nullable workload);

/// The `count` requests starting at index `first` (0 for serial 1), which one call creates.
///
/// They and their texts are valid until the workload is asked for the next call.
const workload_request *workload_requests(workload *workload, uint64_t first, size_t count);

/// The `count` updates starting at index `first`, which one call makes in a store of `record_count`
/// requests: of records in random order, none of them twice before all have been updated.
///
/// They and their texts are valid until the workload is asked for the next call; the caller may
/// sort them.
workload_update *workload_updates(
    workload *workload, uint64_t first, size_t count, uint64_t record_count);

/// The time of the call that creates requests starting at index `first`, in milliseconds since
/// 1970.
///
/// The first is a few seconds after a full minute, so that calls of 200 are never exactly on one.
int64_t workload_time(uint64_t first);

/// The time of the call that makes updates starting at index `first`, in a store of `record_count`
/// requests: after every creation.
int64_t workload_update_time(uint64_t first, uint64_t record_count);

/// A random serial among the first `record_count`; always the same for the same `step`.
uint64_t workload_random_serial(uint64_t step, uint64_t record_count);

#pragma clang assume_nonnull end

#endif
