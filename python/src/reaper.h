#pragma once

#include <functional>

struct _object;

/// Where things end that must not end where they are dropped. Freeing a query waits for its tasks,
/// which has no place inside Python's garbage collector; and Arrow memory that a Python object owns
/// is let go by threads of the engine, which must not wait for the GIL.
namespace doline_python {

/// Any thread, with or without the GIL: `work` is done soon, by a thread of the extension that does
/// not hold the GIL. After a fork the child does none: its parent's engine is not there.
void release_later(std::function<void()> work);

/// Any thread, with or without the GIL: takes one reference of the object over and drops it soon,
/// on a thread that runs Python code.
void drop_later(_object* object);

/// Waits until everything handed to release_later is done, and takes no more: what comes after it
/// is left to the end of the process. Precondition: the GIL is not held.
void stop_reaper();

}  // namespace doline_python
