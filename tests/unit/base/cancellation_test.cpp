#include "base/cancellation.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace doline {
namespace {

// Symptom: a function that was told that its query is cancelled, and gave up, was said to have
// failed: whoever looked again within 20 ms was told that it is not.
TEST(Cancellation, WhatIsUnwantedStaysSo) {
  int asked = 0;
  const CancellationScope scope([&] { return ++asked == 1; });
  for (int i = 0; i < 3; ++i) EXPECT_THROW(poll_cancellation(), Error);
  EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace doline
