# ./dev lint: formatting, the house's rules, and that every script parses.
source "$top/scripts/sources.sh"
step_total=2
ensure_packages lint
ensure_python
failed=0

printf -- '-- clang-format\n'
if ! cpp_sources | xargs -0 --no-run-if-empty clang-format-19 --dry-run -Werror \
  --ferror-limit=3; then
  printf 'dev: run ./dev fmt\n' >&2
  failed=1
fi

printf -- '-- scripts\n'
for script in "$top/dev" "$top/.ci/run" "$top"/scripts/*.sh "$top"/scripts/commands/*.sh; do
  bash -n "$script" || failed=1
done
(cd "$top" && git ls-files -z -- '*.py' |
  xargs -0 --no-run-if-empty .venv/bin/python -c '
import sys
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as source:
        compile(source.read(), path, "exec")') || failed=1

printf -- '-- rules\n'
(cd "$top" && .venv/bin/python -m pytest -q -p no:cacheprovider tests/tidy) || failed=1
exit "$failed"
