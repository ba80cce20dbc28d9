# ./dev fmt
source "$top/scripts/sources.sh"
step_total=1
ensure_packages lint
cpp_sources | xargs -0 --no-run-if-empty clang-format-19 -i
