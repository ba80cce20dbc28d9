#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ref.h"
#include "base/waker.h"
#include "memory/budget.h"

namespace doline {

/// Where a block of spilled bytes lies; given by SpillWriter::write, taken by SpillWriter::read.
struct SpillExtent {
  uint64_t position = 0;
  uint64_t size_bytes = 0;
};

/// One query's spill file. Blocks carry checksums; a damaged one is Error(kCorrupt), a full disk
/// or limit Error(kDiskLimit). Thread-safe.
class SpillWriter : public RefCounted {
 public:
  virtual SpillExtent write(std::span<const std::byte> bytes) = 0;
  /// `into` has exactly extent.size_bytes.
  virtual void read(SpillExtent extent, std::span<std::byte> into) = 0;
  virtual uint64_t written_bytes() const noexcept = 0;
};
using SpillWriterRef = Ref<SpillWriter>;

/// State of an operator that can move to disk.
///
/// One thread at a time works on it, under its claim: the operator that owns it, while it takes in
/// or gives out a chunk; or, while the owner does neither, whoever makes room.
class Spillable {
 public:
  virtual ~Spillable() = default;
  /// O(1), approximate. Any thread.
  virtual size_t spillable_bytes() const noexcept = 0;
  /// Some milliseconds' work of moving the state to disk, by the owner's own writer. True once
  /// there is nothing left to move; memory may come back only then. Under the claim.
  virtual bool spill() = 0;

  bool try_claim() noexcept { return !claimed_.test_and_set(std::memory_order_acquire); }
  /// Waits for whoever makes room: milliseconds.
  void claim() noexcept {
    while (!try_claim()) claimed_.wait(true, std::memory_order_relaxed);
  }
  void release() noexcept {
    claimed_.clear(std::memory_order_release);
    claimed_.notify_one();
  }

 private:
  std::atomic_flag claimed_;
};

/// The claim of a Spillable, for as long as it lives.
class Claim {
 public:
  explicit Claim(Spillable& state) : state_(state) { state_.claim(); }
  ~Claim() { state_.release(); }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  Spillable& state_;
};

/// Decides who makes room where operators have spilled themselves and it did not do. One a query;
/// any thread.
class Arbiter {
 public:
  virtual ~Arbiter() = default;

  virtual void enroll(Spillable& state) = 0;
  /// Returns once nobody works on it any more.
  virtual void withdraw(Spillable& state) = 0;

  enum class Room : uint8_t {
    kEnough,  // go on; where nobody can make room, the limit itself has the last word
    kAgain,   // idle state went to disk, at least in part: ask again
    kWait,    // others make room: ask again once the waker fires
  };
  /// For a task that is about to take in a chunk, at which no claim and no lock is held. Room there
  /// is when spillable state could still take `bytes`.
  virtual Room make_room(Budget& budget, size_t bytes, const Waker& waker) = 0;

  /// For a thread to which memory was refused, in the midst of its work: a step of moving the
  /// largest state that nobody works on to disk. False: there is none.
  virtual bool spill_idle() = 0;

  /// Around an operator's own spilling: others of the query wait for it.
  virtual void spilling_begins() noexcept = 0;
  virtual void spilling_ends() noexcept = 0;
};

/// Membership of a Spillable, for as long as it lives; the Spillable's last member. Null arbiter:
/// none.
class Enrolled {
 public:
  Enrolled(Arbiter* arbiter, Spillable& state) : arbiter_(arbiter), state_(state) {
    if (arbiter_) arbiter_->enroll(state_);
  }
  ~Enrolled() {
    if (arbiter_) arbiter_->withdraw(state_);
  }
  Enrolled(const Enrolled&) = delete;
  Enrolled& operator=(const Enrolled&) = delete;

 private:
  Arbiter* const arbiter_;
  Spillable& state_;
};

/// Who is asked for room before memory is refused to this thread; nobody until a scope says so.
class ArbiterScope {
 public:
  explicit ArbiterScope(Arbiter* arbiter) noexcept;
  ~ArbiterScope();
  ArbiterScope(const ArbiterScope&) = delete;
  ArbiterScope& operator=(const ArbiterScope&) = delete;

 private:
  Arbiter* const outer_;
};

/// While this thread moves state to disk: what it needs for that may go a little beyond a limit,
/// as it ends in less.
class MakesRoomScope {
 public:
  MakesRoomScope() noexcept;
  ~MakesRoomScope();
  MakesRoomScope(const MakesRoomScope&) = delete;
  MakesRoomScope& operator=(const MakesRoomScope&) = delete;

 private:
  const bool outer_;
};

/// Tells the query's other tasks that its holder makes room. Null arbiter: nobody is told.
class SpillingNow {
 public:
  explicit SpillingNow(Arbiter* arbiter) : arbiter_(arbiter) {
    if (arbiter_) arbiter_->spilling_begins();
  }
  ~SpillingNow() {
    if (arbiter_) arbiter_->spilling_ends();
  }
  SpillingNow(const SpillingNow&) = delete;
  SpillingNow& operator=(const SpillingNow&) = delete;

 private:
  Arbiter* const arbiter_;
};

}  // namespace doline
