# ./dev slt FILE…
if (($# == 0)); then
  printf 'dev: slt needs at least one file\n' >&2
  exit 2
fi
step_total=3
ensure_packages build test
configure release DOLINE_BUILD_TESTS=ON
compile release slt_runner
exec "$top/build/release/tests/slt_runner" ${DOLINE_CORPORA:+--corpora "$DOLINE_CORPORA"} "$@"
