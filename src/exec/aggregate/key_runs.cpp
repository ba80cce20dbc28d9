#include "exec/aggregate/key_runs.h"

namespace doline {

uint32_t key_runs(const Column& key, const Selection& active, uint16_t* firsts, uint16_t* numbers) {
  const uint32_t count = active.size();
  uint32_t runs = 0;
  dispatch_physical(key.physical(), [&]<class T>() {
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
      const T* values = key.values<T>();
      const uint16_t* list = active.rows();
      T last = static_cast<T>(~values[active[0]]);
      for (uint32_t i = 0; i < count; ++i) {
        const uint32_t row = list ? list[i] : i;
        firsts[runs] = static_cast<uint16_t>(row);
        runs += values[row] != last;
        last = values[row];
        numbers[i] = static_cast<uint16_t>(runs - 1);
      }
    } else {
      runs = count;
    }
  });
  return runs;
}

}  // namespace doline
