/* Doline's C ABI: SQL in, Arrow out. Everything else (the C++ header beside this one, Python) is
 * built on these functions.
 *
 *   doline_session* session;
 *   doline_prepared* prepared;
 *   doline_query* query;
 *   struct ArrowArray batch;
 *   if (doline_open(NULL, &session)) { fputs(doline_error_message(), stderr); exit(1); }
 *   const char* sql = "SELECT i FROM range($1) t(i)";
 *   doline_prepare(session, sql, strlen(sql), &prepared);
 *   doline_bind_int64(prepared, "1", 10);
 *   doline_run(prepared, &query);
 *   while (doline_next(query, &batch) == 0 && batch.release) { ...; batch.release(&batch); }
 *   doline_query_free(query); doline_prepared_free(prepared); doline_close(session);
 *
 * Failure. Functions of type int return 0, or 1 when they failed; what went wrong is then told by
 * the doline_error_ functions, on the same thread, until its next call that fails. Out parameters
 * are left null or released. Nothing throws and nothing prints.
 *
 * Ownership. What an out parameter receives is the caller's, who frees it by the function named
 * there; null may be freed. Arrow structs follow Arrow's rule: whoever holds one calls its
 * `release`, on any thread, also after everything else is freed. Texts that a function returns stay
 * Doline's and are valid until the next call of that function with that handle (errors: on that
 * thread). Texts given are copied before the call returns; they are UTF-8.
 *
 * Threads. A session, its prepared statements and a query are each used by one thread at a time,
 * which may change; different sessions, and different queries of one session, by different threads
 * at once. doline_cancel, doline_interrupt and doline_progress may be called from any thread while
 * others work. Until doline_schema or doline_next has returned for the first time, a query counts
 * as part of its session. Everything lives on its own: a session may be closed before its
 * statements and queries. After fork() the child opens sessions of its own: the parent's refuse
 * there.
 */
#ifndef DOLINE_H
#define DOLINE_H

#include <stddef.h>
#include <stdint.h>

#include "arrow_c_data.h"

#if defined(_WIN32)
#error "Doline runs on Linux"
#endif
#define DOLINE_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* A user's conversation with a database: its settings and prepared statements. */
typedef struct doline_session doline_session;
/* One statement, understood, with the parameters bound to it. */
typedef struct doline_prepared doline_prepared;
/* One run of a statement, and its rows. */
typedef struct doline_query doline_query;

/* "0.1.0". Valid for ever. */
DOLINE_API const char* doline_version(void);

/* --- Sessions */

/* Opens a new database in memory and a session of it. `path`: NULL, "" or ":memory:". */
DOLINE_API int doline_open(const char* path, doline_session** out);
/* Another session of the same database: same tables and views, settings of its own. Tables live
 * until the last session is closed. */
DOLINE_API int doline_connect(doline_session* beside, doline_session** out);
/* The same, beginning with the settings that `like` has now: for a query that runs beside it. */
DOLINE_API int doline_twin(doline_session* like, doline_session** out);
/* Its statements and running queries go on. */
DOLINE_API void doline_close(doline_session* session);
/* Any thread: cancels what the session is running now, also a statement inside doline_run. Returns
 * at once; a statement started later is not touched. */
DOLINE_API void doline_interrupt(doline_session* session);
/* Has `is_unwanted(context)` asked about every 50 ms, on the thread that waits for a statement or
 * works on it, also while files are looked at; nonzero cancels what runs there. Null ends that. Not
 * while a statement of the session runs; `context` outlives the session's last query. */
DOLINE_API int doline_set_poll(doline_session* session, int (*is_unwanted)(void* context),
                               void* context);

/* 1 between BEGIN and COMMIT or ROLLBACK. */
DOLINE_API int doline_in_transaction(const doline_session* session);

/* --- Statements */

/* Runs a script, statements between semicolons, for what it leaves behind; rows are dropped. Stops
 * at the first error. `size` in bytes. */
DOLINE_API int doline_execute(doline_session* session, const char* text, size_t size);
/* Parses exactly one statement. Names and types are looked up when it runs, each time. Free it with
 * doline_prepared_free. Fails with "syntax" for what is no statement. */
DOLINE_API int doline_prepare(doline_session* session, const char* text, size_t size,
                              doline_prepared** out);
/* The statements of a script, between semicolons, one after another, each as doline_prepare makes
 * it. `*out` is an array of `*count`, for doline_script_free. */
DOLINE_API int doline_prepare_script(doline_session* session, const char* text, size_t size,
                                     doline_prepared*** out, size_t* count);
/* Frees the array, and those of its statements that were not taken: whoever takes one puts null in
 * its place. */
DOLINE_API void doline_script_free(doline_prepared** script, size_t count);
/* A statement from the versioned bytes of an unresolved tree (a statement or a query), which frames
 * send instead of text. Fails with "corrupt" for bytes that are none. */
DOLINE_API int doline_prepare_bytes(doline_session* session, const void* bytes, size_t size,
                                    doline_prepared** out);
/* The bytes of a prepared statement's tree, for doline_prepare_bytes in any process. `*bytes` is
 * valid until the next call with this statement, or its end. */
DOLINE_API int doline_prepared_bytes(doline_prepared* prepared, const void** bytes, size_t* size);
DOLINE_API void doline_prepared_free(doline_prepared* prepared);

/* The bare names that the statement reads as tables and the database does not have now: what a
 * program may supply. `*names` is an array of `*count` texts, valid until the next call with this
 * statement. Empty for CREATE VIEW and PREPARE, which are kept for later. */
DOLINE_API int doline_missing_tables(doline_prepared* prepared, const char* const** names,
                                     size_t* count);
/* Has the statement read the table `by` where it says `name`; columns are still reached through
 * `name`. */
DOLINE_API int doline_replace_table(doline_prepared* prepared, const char* name, const char* by);
/* Turns an INSERT of one row of VALUES into one of all rows of a table of the session's database,
 * whose columns are named as the statement's parameters are ("1", "2" …). `*done` is 0, and nothing
 * has changed, for any other statement. */
DOLINE_API int doline_insert_rows_of(doline_prepared* prepared, const char* table, int* done);

/* Parameters, by position ("1" for ? and $1) or by name ("limit" for $limit). doline_parameters
 * tells which there are, positions first, in their order: `*names` is an array of `*count` texts,
 * valid until the next call with this statement. A value stays bound for further runs until another
 * takes its place. Fails with "parameter" for a name that is none; one that the statement does not
 * have does no harm. */
DOLINE_API int doline_parameters(doline_prepared* prepared, const char* const** names,
                                 size_t* count);
DOLINE_API int doline_bind_null(doline_prepared* prepared, const char* name);
DOLINE_API int doline_bind_bool(doline_prepared* prepared, const char* name, int value);
DOLINE_API int doline_bind_int64(doline_prepared* prepared, const char* name, int64_t value);
DOLINE_API int doline_bind_double(doline_prepared* prepared, const char* name, double value);
DOLINE_API int doline_bind_text(doline_prepared* prepared, const char* name, const char* text,
                                size_t size);
DOLINE_API int doline_bind_blob(doline_prepared* prepared, const char* name, const void* bytes,
                                size_t size);
/* Any type: the only row of an array of that schema. Takes the array over, also when it fails; the
 * schema stays the caller's. */
DOLINE_API int doline_bind_arrow(doline_prepared* prepared, const char* name,
                                 const struct ArrowSchema* schema, struct ArrowArray* value);
DOLINE_API void doline_clear_bindings(doline_prepared* prepared);

/* Puts the values bound to the statement in the place of its parameters, so that
 * doline_prepared_bytes has them. Fails with "parameter" where one of the parameters has no value.
 */
DOLINE_API int doline_inline_parameters(doline_prepared* prepared);
/* The columns that the rows of a query have, as a struct of them, which the caller releases: binds
 * the query, with the values bound to it, and runs nothing. The types are those that a run begins
 * with; a file may prove to need wider ones (doline_schema). Fails with "not_supported" for what is
 * no query, and as doline_run does for names that do not exist and the like; a transaction goes on
 * then. */
DOLINE_API int doline_describe(doline_prepared* prepared, struct ArrowSchema* out);

/* Starts the statement and returns; its rows come from doline_next. Statements without rows
 * (CREATE, INSERT, COPY, SET) are carried out before it returns. Free the query with
 * doline_query_free. */
DOLINE_API int doline_run(doline_prepared* prepared, doline_query** out);

/* --- Results */

/* The columns: a struct of them. The caller releases it. Works on the query until its first rows
 * are ready, because values of a CSV file may show that its sniffed types are too narrow; fails as
 * doline_next does. */
DOLINE_API int doline_schema(doline_query* query, struct ArrowSchema* out);
/* The next rows, in order, as a struct array of doline_schema's columns: up to about 128 Ki rows a
 * batch, fewer when they come slowly. At the end `out->release` is null. The caller releases the
 * batch. The calling thread works on the query until rows are ready. Fails with what the query
 * failed with; "cancelled" after doline_cancel. */
DOLINE_API int doline_next(doline_query* query, struct ArrowArray* out);
/* The rest of the rows as a stream, which takes the query over: it is freed with the stream (also
 * when this fails), and doline_cancel may no longer be called. Its errors are the stream's. */
DOLINE_API int doline_stream(doline_query* query, struct ArrowArrayStream* out);
/* Texts and bytes come as Arrow's views ("vu", "vz") instead of with offsets: for readers who keep
 * them so. Before the first doline_schema or doline_next, whose format it changes. */
DOLINE_API int doline_text_views(doline_query* query);
/* 1 for SELECT and the like; 0 for statements whose effect counts. */
DOLINE_API int doline_returns_rows(const doline_query* query);
/* Any thread: stops the query within a few milliseconds of work; doline_next then fails with
 * "cancelled". Not after doline_query_free or doline_stream. */
DOLINE_API void doline_cancel(doline_query* query);
/* Cancels what still runs and waits for it. */
DOLINE_API void doline_query_free(doline_query* query);

typedef struct doline_progress_info {
  double share;          /* 0 to 1, never falls */
  uint64_t rows_read;    /* from tables and files */
  uint64_t memory_bytes; /* charged now, by the whole process */
  uint64_t memory_limit_bytes;
  uint64_t spilled_bytes;
  double elapsed_seconds;
} doline_progress_info;
/* Any thread. `size` is sizeof(doline_progress_info): what a newer library knows besides is left
 * out for an older program. */
DOLINE_API int doline_progress(const doline_query* query, doline_progress_info* out, size_t size);
/* The same of the statement that the session runs now, also one inside doline_run: as of the last
 * 50 ms, zeros before it sets to work. */
DOLINE_API int doline_session_progress(const doline_session* session, doline_progress_info* out,
                                       size_t size);
/* The plan with what each operator did so far (EXPLAIN ANALYZE). `format`: "text", "json" or
 * "html". NULL when it fails. */
DOLINE_API const char* doline_profile(doline_query* query, const char* format);

/* --- Tables from outside */

/* Makes the rows of an Arrow stream a table of this database, in the place of one of that name.
 * Reads the stream to its end on this thread, sharing its memory where it lies as Doline's does;
 * what does not fit the memory limit goes to disk. A name that begins with __doline_ is listed
 * nowhere: for a program's own. Takes the stream over, also when it fails.
 * Fails with "format" for data that breaks Arrow's rules, "not_supported" for types without a
 * twin (unions), "conversion" for values that would have to be rounded. */
DOLINE_API int doline_register_stream(doline_session* session, const char* name,
                                      struct ArrowArrayStream* stream);
/* The same for rows that are only read: INSERT, UPDATE and DELETE refuse the table. It takes next
 * to no time: columns are looked at, and checked, when a query first reads them, by all threads. */
DOLINE_API int doline_lend_stream(doline_session* session, const char* name,
                                  struct ArrowArrayStream* stream);
/* Drops a table. Running queries keep it until they end. */
DOLINE_API int doline_unregister(doline_session* session, const char* name);

/* --- Functions of the program's own */

/* One call of such a function. Valid until the function returns, on the thread it is called on. */
typedef struct doline_call doline_call;
/* What went wrong, before the function returns 1. `message` is UTF-8; `cause` comes back from
 * doline_error_cause. */
DOLINE_API void doline_call_fail(doline_call* call, const char* message, uint64_t cause);
/* 1 once nobody wants the result any more: a function that takes long asks now and then, and
 * returns 1 without a word. */
DOLINE_API int doline_call_is_cancelled(doline_call* call);

enum doline_function_kind {
  /* A value a row: `call` is given a struct array of the arguments, up to about 64 Ki rows, and
   * gives an array of as many. */
  DOLINE_SCALAR = 0,
  /* A value a group: `call` is given a struct of one list column, a list a group, whose elements
   * are structs of the arguments; it gives an array of as many rows as there are groups. */
  DOLINE_AGGREGATE = 1,
  /* Rows, FROM f(1, 'x'): `open` is given one row, the arguments, and `next` gives struct arrays of
   * the results' columns. */
  DOLINE_TABLE = 2
};
enum doline_function_flags {
  /* Called for rows with NULLs, too (an aggregate: for groups without rows, and with rows that have
   * some). Otherwise these give NULL and the function does not see them. */
  DOLINE_SEES_NULLS = 1,
  /* Gives the same for the same arguments and does nothing besides, so that it may be called once
   * for what stands twice, at another place, or not at all. */
  DOLINE_DETERMINISTIC = 2,
  /* Takes any number of arguments of any types. */
  DOLINE_TAKES_ANYTHING = 4
};
/* A column or an argument: its name (null: none), and its type as SQL writes it, "DECIMAL(9,2)[]";
 * null or "" for an argument of any type, which is passed as it is. */
typedef struct doline_field {
  const char* name;
  const char* type;
} doline_field;
/* A function, as SQL may then call it. `size`: sizeof(doline_function). All texts are copied. */
typedef struct doline_function {
  size_t size;
  const char* name;
  int kind;       /* doline_function_kind */
  unsigned flags; /* doline_function_flags */
  const doline_field* parameters;
  size_t parameter_count;
  const doline_field* results; /* one; of a table the columns */
  size_t result_count;
  void* context; /* given to each call */
  /* Called by any thread, by several at once, while Doline holds no lock; may use any session but
   * the one whose query calls it. 0, or 1 when it failed. `arguments` may be taken over (release
   * set to null); the schema stays Doline's. What it gives is checked before it is believed. */
  int (*call)(void* context, doline_call* call, const struct ArrowSchema* schema,
              struct ArrowArray* arguments, struct ArrowSchema* result_schema,
              struct ArrowArray* result);
  /* Of a table, each time it is read: what is put into `*rows` is given to `next`, one thread at a
   * time, until that leaves the array's release null, and to `close` in the end: whenever `open`
   * returned 0, also where it said that it failed. */
  int (*open)(void* context, doline_call* call, const struct ArrowSchema* schema,
              struct ArrowArray* arguments, void** rows);
  int (*next)(void* rows, doline_call* call, struct ArrowSchema* result_schema,
              struct ArrowArray* result);
  void (*close)(void* rows);
  /* Once, on any thread, when neither a session nor a query needs it any more; also when
   * doline_create_function fails. May be null. */
  void (*release)(void* context);
} doline_function;
/* Makes a function known to a session's database, that is to all sessions of it, at once and
 * outside of transactions. Fails with "already_exists" when the name is taken, also by one of
 * Doline's own, which are never hidden. Unless it is deterministic it is called once for each row,
 * no more. Plans that name it do not leave the process. A query whose call fails does so with
 * "function_failed". */
DOLINE_API int doline_create_function(doline_session* session, const doline_function* function);
/* Queries that call it go on. Fails with "function_not_found". */
DOLINE_API int doline_drop_function(doline_session* session, const char* name);

/* --- The last failure on this thread. "" or zeros when there was none. */

/* As people should see it: "error[column_not_found]: no column "pric"…", the line of the statement
 * with carets, notes and hint. */
DOLINE_API const char* doline_error_message(void);
/* One of a fixed list: "syntax", "column_not_found", "cancelled", "memory_limit" …; "internal" for
 * a fault of Doline's own. */
DOLINE_API const char* doline_error_code(void);
/* How to go on; often empty. */
DOLINE_API const char* doline_error_hint(void);
/* Where a function of the program's own failed: what it gave doline_call_fail as its cause; else 0.
 */
DOLINE_API uint64_t doline_error_cause(void);
/* Which bytes [begin, end) of the statement's text it is about; both 0 for none in particular. */
DOLINE_API void doline_error_span(uint32_t* begin, uint32_t* end);

#ifdef __cplusplus
}
#endif

#endif /* DOLINE_H */
