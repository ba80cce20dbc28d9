# ./dev docs [--serve]: the site of docs/, in build/docs, and with --serve on this machine's port 8000.
# The package is built first: the reference is made from it. A link that leads nowhere ends the build.
serve=0
for argument in "$@"; do
  if [[ $argument != --serve ]]; then
    printf 'dev: docs knows --serve, not "%s"\n' "$argument" >&2
    exit 2
  fi
  serve=1
done

step_total=6
build_python_package python python_docs
site_log=$logs/docs.log
step_begin "the site"
(cd "$top" && NO_MKDOCS_2_WARNING=1 PYTHONPATH=$top/build/release/python PYTHONDONTWRITEBYTECODE=1 \
  .venv/bin/python -m mkdocs build --strict) </dev/null >"$site_log" 2>&1 || step_fail "mkdocs build --strict" "$site_log"
step_end
if ((serve)); then
  exec /usr/bin/python3 -m http.server --bind 127.0.0.1 --directory "$top/build/docs" 8000
fi
printf 'open build/docs/index.html, or run ./dev docs --serve, with which the search works too\n'
