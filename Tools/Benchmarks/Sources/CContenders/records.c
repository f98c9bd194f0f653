#include "records.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_VERSION = 1, STATE_LIVE = 1, EVENT_CREATED = 1, EVENT_UPDATED = 2 };

void values_of_request(record_values *values, const workload_request *request) {
    memset(values->slots, 0, sizeof values->slots);
    values->owner = user_key(request->owner);
    values->is_callback = request->is_callback;
    values->slots[SLOT_NAME] = request->name;
    values->slots[SLOT_OWNER] = (workload_text){(const char *)&values->owner, 8};
    values->slots[SLOT_PHONE] = request->phone;
    values->slots[SLOT_CHANNEL] = request->channel;
    values->slots[SLOT_STATUS] = request->status;
    values->slots[SLOT_REASON] = request->reason;
    values->slots[SLOT_DESCRIPTION] = request->description;
    values->slots[SLOT_IS_CALLBACK] = (workload_text){(const char *)&values->is_callback, 1};
    static const char zero[4];
    values->slots[SLOT_ATTEMPTS] = values->slots[SLOT_DELAY] = (workload_text){zero, 4};
}

void values_of_row(record_values *values, const uint8_t *row) {
    values->slots[0] = (workload_text){NULL, 0};
    for (int slot = 1; slot <= SLOT_LAST; slot++) values->slots[slot] = value_in_row(row, slot);
}

row_header header_of_new_row(const workload_request *request, uint64_t position) {
    return (row_header){
        .version = ROW_VERSION,
        .state = STATE_LIVE,
        .slot_count = SLOT_LAST,
        .last_position = position,
        .created = request->created,
        .created_by = acting_user(),
        .last_modified = request->created,
        .last_modified_by = acting_user(),
        .system_modstamp = request->created,
    };
}

size_t row_byte_count(const record_values *values) {
    size_t count = ROW_VALUES_START;
    for (int slot = 1; slot <= SLOT_LAST; slot++) count += values->slots[slot].count;
    return count;
}

void encode_row(uint8_t *row, const row_header *header, const record_values *values) {
    memcpy(row, header, ROW_HEADER_BYTES);
    uint32_t end = ROW_VALUES_START;
    for (int slot = 1; slot <= SLOT_LAST; slot++) {
        const workload_text value = values->slots[slot];
        memcpy(row + ROW_HEADER_BYTES + 4 * (slot - 1), &end, 4);
        if (value.count) memcpy(row + end, value.bytes, value.count);
        end += value.count;
    }
    memcpy(row + ROW_HEADER_BYTES + 4 * SLOT_LAST, &end, 4);
}

row_header header_of_row(const uint8_t *row) {
    row_header header;
    memcpy(&header, row, ROW_HEADER_BYTES);
    return header;
}

workload_text value_in_row(const uint8_t *row, slot slot) {
    uint32_t offsets[2];
    memcpy(offsets, row + ROW_HEADER_BYTES + 4 * (slot - 1), 8);
    return (workload_text){(const char *)row + offsets[0], offsets[1] - offsets[0]};
}

size_t log_byte_count_of_creates(const record_values *values, size_t count) {
    size_t total = LOG_TRANSACTION_BYTES + count * LOG_EVENT_BYTES;
    for (size_t place = 0; place < count; place++) {
        for (int slot = 1; slot <= SLOT_LAST; slot++) {
            const uint32_t value_count = values[place].slots[slot].count;
            if (value_count) total += LOG_FIELD_BYTES + value_count;
        }
    }
    return total;
}

uint8_t *begin_log(uint8_t *log, uint64_t number, int64_t time, size_t count) {
    const uint64_t actor = acting_user(), event_count = count;
    memset(log, 0, LOG_TRANSACTION_BYTES);
    memcpy(log + 8, &number, 8);
    memcpy(log + 24, &event_count, 8);
    memcpy(log + 32, &time, 8);
    memcpy(log + 40, &actor, 8);
    return log + LOG_TRANSACTION_BYTES;
}

/// Writes the part of an event before its values, and returns where they go.
static uint8_t *begin_event(uint8_t *log, uint8_t kind, uint64_t serial, uint64_t previous) {
    memset(log, 0, LOG_EVENT_BYTES);
    log[0] = kind;
    memcpy(log + 2, &serial, 8);
    memcpy(log + 10, &previous, 8);
    return log + LOG_EVENT_BYTES;
}

static uint8_t *put_bytes(uint8_t *log, workload_text value) {
    memcpy(log, value.bytes, value.count);
    return log + value.count;
}

void encode_log_of_creates(
    uint8_t *log, uint64_t number, const workload_request *requests, const record_values *values,
    size_t count) {
    log = begin_log(log, number, requests[0].created, count);
    for (size_t place = 0; place < count; place++) {
        log = begin_event(log, EVENT_CREATED, requests[place].serial, 0);
        for (uint16_t slot = 1; slot <= SLOT_LAST; slot++) {
            const workload_text value = values[place].slots[slot];
            if (!value.count) continue;
            memcpy(log, &slot, 2);
            memcpy(log + 2, &value.count, 4);
            log = put_bytes(log + LOG_FIELD_BYTES, value);
        }
    }
}

static uint8_t *put_change(
    uint8_t *log, uint16_t slot, workload_text before, workload_text after) {
    memcpy(log, &slot, 2);
    memcpy(log + 2, &before.count, 4);
    memcpy(log + 6, &after.count, 4);
    return put_bytes(put_bytes(log + LOG_CHANGE_BYTES, before), after);
}

uint8_t *log_update(uint8_t *log, const workload_update *update, const update_before *before) {
    log = begin_event(log, EVENT_UPDATED, update->serial, before->previous_position);
    memcpy(log, &before->last_modified, 8);
    memcpy(log + 8, &before->last_modified_by, 8);
    memcpy(log + 16, &before->system_modstamp, 8);
    log += LOG_STAMPS_BYTES;
    if (!is_equal(before->status, update->status)) {
        log = put_change(log, SLOT_STATUS, before->status, update->status);
    }
    return put_change(log, SLOT_DESCRIPTION, before->description, update->description);
}

static int compare_serials(const void *left, const void *right) {
    const uint64_t a = ((const workload_update *)left)->serial;
    const uint64_t b = ((const workload_update *)right)->serial;
    return (a > b) - (a < b);
}

void sort_updates(workload_update *updates, size_t count) {
    qsort(updates, count, sizeof *updates, compare_serials);
}
