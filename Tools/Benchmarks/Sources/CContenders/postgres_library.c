#include "postgres_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

typedef struct {
    const char *name;
    size_t place;
} symbol;

#define SYMBOL(member, name) {name, offsetof(postgres_library, member)}

static const symbol symbols[] = {
    SYMBOL(connect, "PQconnectdb"),
    SYMBOL(status, "PQstatus"),
    SYMBOL(finish, "PQfinish"),
    SYMBOL(error, "PQerrorMessage"),
    SYMBOL(backend, "PQbackendPID"),
    SYMBOL(execute, "PQexec"),
    SYMBOL(prepare, "PQprepare"),
    SYMBOL(run, "PQexecPrepared"),
    SYMBOL(result_status, "PQresultStatus"),
    SYMBOL(clear, "PQclear"),
    SYMBOL(rows, "PQntuples"),
    SYMBOL(columns, "PQnfields"),
    SYMBOL(type, "PQftype"),
    SYMBOL(value, "PQgetvalue"),
    SYMBOL(length, "PQgetlength"),
    SYMBOL(put_copy, "PQputCopyData"),
    SYMBOL(end_copy, "PQputCopyEnd"),
    SYMBOL(next_result, "PQgetResult"),
};

const postgres_library *postgres_load(void) {
    static postgres_library library;
    static bool is_loaded;
    if (is_loaded) return &library;
    void *handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!handle) return NULL;
    for (size_t index = 0; index < sizeof symbols / sizeof *symbols; index++) {
        void *function = dlsym(handle, symbols[index].name);
        if (!function) return NULL;
        // On every system with dlsym, a function pointer has the same form as an object pointer.
        memcpy((char *)&library + symbols[index].place, &function, sizeof function);
    }
    is_loaded = true;
    return &library;
}

bool contender_postgres_is_installed(void) { return postgres_load() != NULL; }
