# ./dev build [PRESET]
preset=${1:-release}
case $preset in
  release | debug) lists=(build) ;;
  asan | tsan | fuzz) lists=(build test) ;;
  gcc) lists=(build test long) ;;
  *)
    printf 'dev: no preset "%s"; there are release, debug, asan, tsan, fuzz and gcc\n' "$preset" >&2
    exit 2
    ;;
esac

step_total=3
ensure_packages "${lists[@]}"
if [[ $preset == release || $preset == debug ]]; then
  # The program and the library; the tests are built by `./dev test`.
  configure "$preset" DOLINE_BUILD_TESTS=OFF DOLINE_BUILD_BENCH=OFF
else
  configure "$preset"
fi
compile "$preset"
if [[ $preset != fuzz ]]; then link_program "$preset"; fi
